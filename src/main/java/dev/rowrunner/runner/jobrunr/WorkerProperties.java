package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a worker works.
 *
 * @param threads how many jobs run at once; fewer than the connection pool holds, since heartbeats need some too
 * @param drain how long a stopping worker waits for its running jobs
 */
@ConfigurationProperties("rowrunner.worker")
record WorkerProperties(
        @DefaultValue("16") int threads,
        @DefaultValue("30s") Duration drain) {

    WorkerProperties {
        if (threads < 1) {
            throw new IllegalArgumentException("rowrunner.worker.threads must be at least 1, was " + threads);
        }
        if (drain.isNegative()) {
            throw new IllegalArgumentException("rowrunner.worker.drain can't be negative, was " + drain);
        }
    }
}
