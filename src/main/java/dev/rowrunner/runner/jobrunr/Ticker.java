package dev.rowrunner.runner.jobrunr;

import java.util.Optional;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.RecurringJob;
import org.jobrunr.jobs.states.StateName;

/**
 * Keeps the next job of each recurring definition scheduled, so that it starts on time. While one has not finished there
 * is no other; what was due meanwhile is left out.
 */
final class Ticker implements Runnable {

    private final WorkerParts parts;

    Ticker(WorkerParts parts) {
        this.parts = parts;
    }

    @Override
    public void run() {
        var missing = parts.storage().getRecurringJobs().stream()
                .filter(definition -> !isUnfinished(definition))
                .flatMap(definition -> next(definition).stream())
                .toList();
        if (!missing.isEmpty()) {
            parts.storage().save(missing);
        }
    }

    private Optional<Job> next(RecurringJob definition) {
        var now = parts.clock().instant();
        return definition.toScheduledJobs(now, now).stream().findFirst();
    }

    private boolean isUnfinished(RecurringJob definition) {
        return parts.storage()
                        .getRecurringJobLatestScheduledInstant(
                                definition.getId(),
                                StateName.AWAITING,
                                StateName.SCHEDULED,
                                StateName.ENQUEUED,
                                StateName.PROCESSING)
                != null;
    }
}
