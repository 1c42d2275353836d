package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long what is over is kept. Dead letters are kept until somebody requeues or discards them.
 *
 * @param succeeded jobs, after their success
 * @param deleted jobs, after they were discarded
 * @param scheduleRuns what became of each time that a schedule was due, after it was decided
 * @param audit what people changed
 */
@ConfigurationProperties("rowrunner.retention")
record RetentionProperties(
        @DefaultValue("3d") Duration succeeded,
        @DefaultValue("7d") Duration deleted,
        @DefaultValue("90d") Duration scheduleRuns,
        @DefaultValue("365d") Duration audit) {

    RetentionProperties {
        Map.of("succeeded", succeeded, "deleted", deleted, "schedule-runs", scheduleRuns, "audit", audit)
                .forEach((name, period) -> {
                    if (period.isNegative()) {
                        throw new IllegalArgumentException(
                                "rowrunner.retention." + name + " can't be negative, was " + period);
                    }
                });
    }
}
