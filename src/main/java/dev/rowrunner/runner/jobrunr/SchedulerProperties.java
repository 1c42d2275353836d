package dev.rowrunner.runner.jobrunr;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether this process takes part in scheduling.
 *
 * @param enabled false: it registers no recurring definitions and ticks none. Set it alike on all workers, since
 *     the longest-running one ticks for all
 */
@ConfigurationProperties("rowrunner.scheduler")
record SchedulerProperties(@DefaultValue("true") boolean enabled) {}
