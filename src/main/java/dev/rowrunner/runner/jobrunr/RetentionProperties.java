package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long finished jobs, the runs of schedules and the audit are kept. Dead letters are kept until somebody requeues or
 * discards them.
 *
 * @param succeeded after their success
 * @param deleted after they were discarded
 * @param scheduleRuns what became of each time that a schedule was due, after it was decided
 * @param audit of what people changed
 */
@ConfigurationProperties("rowrunner.retention")
record RetentionProperties(
        @DefaultValue("3d") Duration succeeded,
        @DefaultValue("7d") Duration deleted,
        @DefaultValue("90d") Duration scheduleRuns,
        @DefaultValue("365d") Duration audit) {

    RetentionProperties {
        if (succeeded.isNegative() || deleted.isNegative() || scheduleRuns.isNegative() || audit.isNegative()) {
            throw new IllegalArgumentException("rowrunner.retention can't be negative, was succeeded " + succeeded
                    + ", deleted " + deleted + ", schedule-runs " + scheduleRuns + ", audit " + audit);
        }
    }
}
