package dev.rowrunner.runner.jobrunr;

import java.time.Clock;
import java.util.function.BooleanSupplier;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.filters.ElectStateFilter;
import org.jobrunr.jobs.states.FailedState;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.ScheduledState;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows a failed attempt: the kind's next delay, or the end. Takes the place of JobRunr's own filter,
 * which drops out as soon as there is a second one of its type.
 */
final class RetryByKind implements ElectStateFilter {

    private static final String GIVEN_BACK = "Given back by a worker that stopped";

    private final Handlers handlers;
    private final Clock clock;
    private final BooleanSupplier stopping;

    RetryByKind(Handlers handlers, Clock clock, BooleanSupplier stopping) {
        this.handlers = handlers;
        this.clock = clock;
        this.stopping = stopping;
    }

    @Override
    public void onStateElection(Job job, JobState newState) {
        if (!(newState instanceof FailedState failed)) {
            return;
        }
        if (stopping.getAsBoolean() && isInterrupted(failed.getException())) {
            job.scheduleAt(clock.instant(), GIVEN_BACK);
        } else if (canBeTriedAgain(failed)) {
            scheduleNextAttempt(job);
        }
    }

    private static boolean isInterrupted(@Nullable Throwable thrown) {
        return thrown != null && (thrown instanceof InterruptedException || isInterrupted(thrown.getCause()));
    }

    private static boolean canBeTriedAgain(FailedState failed) {
        return !failed.mustNotRetry() && !ArgsDoNotFitException.class.getName().equals(failed.getExceptionType());
    }

    private void scheduleNextAttempt(Job job) {
        var retry = handlers.retryOf(job.getJobName());
        int failures = failedAttempts(job);
        var reason = "Retry " + failures + " of " + retry.delays().size();
        retry.delayAfter(failures)
                .ifPresent(delay -> job.scheduleAt(clock.instant().plus(delay), reason));
    }

    /** The failed attempts that count: one that was cut off by a stopping worker costs nothing. */
    static int failedAttempts(Job job) {
        long failed = job.getJobStatesOfType(FailedState.class).count();
        long givenBack = job.getJobStatesOfType(ScheduledState.class)
                .filter(state -> GIVEN_BACK.equals(state.getReason()))
                .count();
        return Math.toIntExact(failed - givenBack);
    }
}
