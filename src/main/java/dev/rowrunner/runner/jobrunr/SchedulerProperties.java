package dev.rowrunner.runner.jobrunr;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether this process takes part in scheduling.
 *
 * @param enabled false: it declares no schedules and ticks none. Set it alike on all workers: where the oldest has
 *     it off, the others tick five seconds late
 */
@ConfigurationProperties("rowrunner.scheduler")
record SchedulerProperties(@DefaultValue("true") boolean enabled) {}
