package dev.rowrunner.runner.jobrunr;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a worker works.
 *
 * @param name what operators read; null: host and process id
 * @param threads how many jobs run at once
 * @param queues what it listens to; empty: every queue
 * @param drain how long a stopping worker waits for its running jobs
 * @param lease a worker that has not been heard of for so long is lost, and its jobs run elsewhere
 */
@ConfigurationProperties("rowrunner.worker")
record WorkerProperties(
        @Nullable String name,
        @DefaultValue("16") int threads,
        @DefaultValue Set<String> queues,
        @DefaultValue("30s") Duration drain,
        @DefaultValue("7s") Duration lease) {

    WorkerProperties {
        queues = Set.copyOf(queues);
        if (threads < 1 || threads > 10_000) {
            throw new IllegalArgumentException("rowrunner.worker.threads must be from 1 to 10000, was " + threads);
        }
        if (drain.isNegative()) {
            throw new IllegalArgumentException("rowrunner.worker.drain can't be negative, was " + drain);
        }
        if (lease.compareTo(Duration.ofSeconds(2)) < 0) {
            throw new IllegalArgumentException("rowrunner.worker.lease must be at least 2s, was " + lease);
        }
    }

    boolean listens(String queue) {
        return queues.isEmpty() || queues.contains(queue);
    }

    String displayName() {
        return name == null ? hostName() + ":" + ProcessHandle.current().pid() : name;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
