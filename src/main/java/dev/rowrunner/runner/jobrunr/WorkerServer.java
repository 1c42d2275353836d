package dev.rowrunner.runner.jobrunr;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.server.JobSteward;
import org.jobrunr.utils.mapper.JsonMapper;

/** JobRunr's server with our claiming, our retries and our way to stop. */
class WorkerServer extends BackgroundJobServer {

    /** The shortest that JobRunr allows. It is the safety net; the bell is what makes a job start at once. */
    static final Duration POLL = Duration.ofSeconds(5);

    /** What an interrupted job gets to end and be saved. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

    private volatile boolean stopping;

    WorkerServer(
            JobStorage storage, JsonMapper json, RunStoredJob runner, Handlers handlers, Clock clock, int threads) {
        super(storage, json, always(runner), configuration(threads));
        setJobFilters(List.of(new RetryByKind(handlers, clock, () -> stopping), new CurrentJob(), new LogOutcomes()));
    }

    private static JobActivator always(RunStoredJob runner) {
        return new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
                return type.cast(runner);
            }
        };
    }

    private static BackgroundJobServerConfiguration configuration(int threads) {
        return BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andPollInterval(POLL)
                .andBackgroundJobServerWorkerPolicy(new Slots(threads))
                .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(AFTER_INTERRUPT);
    }

    @Override
    protected JobSteward createJobSteward() {
        return new Steward(this);
    }

    void claimSoon() {
        steward().claimSoon();
    }

    /**
     * Lets the running jobs end within the grace and gives back the rest. The server beats on while it waits; JobRunr's
     * own stop does not, and after 20 s another worker would take the jobs for orphans.
     */
    void stop(Duration grace) throws InterruptedException {
        if (stopping) {
            return;
        }
        try {
            steward().drain(grace);
        } finally {
            stopping = true;
            stop();
        }
    }

    private Steward steward() {
        return (Steward) getJobSteward();
    }
}
