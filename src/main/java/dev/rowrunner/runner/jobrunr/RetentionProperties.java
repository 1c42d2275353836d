package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long finished jobs and the runs of schedules are kept. Dead letters are kept until somebody requeues or discards them.
 *
 * @param succeeded after their success
 * @param deleted after they were discarded
 * @param scheduleRuns what became of each time that a schedule was due, after it was decided
 */
@ConfigurationProperties("rowrunner.retention")
record RetentionProperties(
        @DefaultValue("3d") Duration succeeded,
        @DefaultValue("7d") Duration deleted,
        @DefaultValue("90d") Duration scheduleRuns) {

    RetentionProperties {
        if (succeeded.isNegative() || deleted.isNegative() || scheduleRuns.isNegative()) {
            throw new IllegalArgumentException("rowrunner.retention can't be negative, was succeeded " + succeeded
                    + ", deleted " + deleted + ", schedule-runs " + scheduleRuns);
        }
    }
}
