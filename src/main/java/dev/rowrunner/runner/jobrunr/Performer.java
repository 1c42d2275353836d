package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import org.jobrunr.jobs.Job;
import org.jobrunr.server.BackgroundJobPerformer;
import org.jobrunr.server.BackgroundJobPerformerFactory;
import org.jobrunr.server.BackgroundJobServer;

/** Runs one attempt on a thread of JobRunr's executor: the handler, and nothing of the storage. */
final class Performer extends BackgroundJobPerformer {

    private final WorkerServer server;
    private final ClaimedJob job;

    private Performer(WorkerServer server, ClaimedJob job) {
        super(server, job);
        this.server = server;
        this.job = job;
    }

    @Override
    public void run() {
        var parts = server.parts();
        if (!server.isFresh()) {
            // Frozen between claim and start: another worker may have the job by now.
            server.pump()
                    .ended(Outcome.unstarted(
                            job.attempt(), parts.clock().instant(), "its lease ended before it began"));
            return;
        }
        var wait =
                Duration.between(job.attempt().claim().readyAt(), parts.clock().instant());
        parts.meters().began(job.attempt(), wait, job.prompt());
        var call = new HandlerCall<>(job.attempt(), job.handled(), parts.jsonArgs(), parts.clock());
        server.pump().ended(call.run());
    }

    /** Found by JobRunr through a {@link java.util.ServiceLoader}. Public as that demands. */
    public static final class Factory implements BackgroundJobPerformerFactory {

        @Override
        public int getPriority() {
            return 10;
        }

        @Override
        public BackgroundJobPerformer newBackgroundJobPerformer(BackgroundJobServer server, Job job) {
            return server instanceof WorkerServer ours && job instanceof ClaimedJob claimed
                    ? new Performer(ours, claimed)
                    : new BackgroundJobPerformer(server, job);
        }
    }
}
