package dev.rowrunner.runner;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The delays between one failed attempt and the next; their number is the number of retries. */
public record RetryPolicy(List<Duration> delays) {

    /** Doubling from 15 s, ten retries: about four hours until a job is given up. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(List.of(
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(4),
            Duration.ofMinutes(8),
            Duration.ofMinutes(16),
            Duration.ofMinutes(32),
            Duration.ofMinutes(64),
            Duration.ofMinutes(128)));

    public RetryPolicy {
        delays = List.copyOf(delays);
        for (var delay : delays) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("A retry delay can't be negative, was " + delay);
            }
        }
    }

    static RetryPolicy after(List<Duration> delays) {
        return new RetryPolicy(delays);
    }

    /** How long to wait after the given number of failed attempts (1 or more), or nothing when that was the last. */
    public Optional<Duration> delayAfter(int failedAttempts) {
        return failedAttempts > delays.size() ? Optional.empty() : Optional.of(delays.get(failedAttempts - 1));
    }
}
