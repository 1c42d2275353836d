package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Handlers.Handled;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.states.EnqueuedState;
import org.jobrunr.jobs.states.JobState;

/**
 * A claimed job on its way through JobRunr's executor to its {@link Performer}. It carries what the claim answered; its
 * story stays in the database, where JobRunr reads it for the dashboard.
 */
final class ClaimedJob extends Job {

    /** The same for every job: nobody calls it, and making one costs reflection. */
    private static final JobDetails DETAILS = new JobDetails(new StoredJob("", ""));

    private static final List<JobState> HISTORY = List.of(new EnqueuedState());

    private final transient Attempt attempt;
    private final transient Handled<?> handled;
    private final boolean prompt;

    /** @param prompt the worker was idle when the job became ready */
    ClaimedJob(Attempt attempt, Handled<?> handled, boolean prompt) {
        super(attempt.id(), attempt.claim().lease(), DETAILS, HISTORY, new ConcurrentHashMap<>());
        this.attempt = attempt;
        this.handled = handled;
        this.prompt = prompt;
    }

    Attempt attempt() {
        return attempt;
    }

    boolean prompt() {
        return prompt;
    }

    Handled<?> handled() {
        return handled;
    }
}
