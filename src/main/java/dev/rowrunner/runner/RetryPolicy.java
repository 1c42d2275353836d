package dev.rowrunner.runner;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The delays between one failed attempt and the next; their number is the number of retries.
 *
 * @param delays in their order
 * @param jitter 0 for exactly these delays; 0.1 for up to a tenth longer, so that what failed together is not tried
 *     again together
 */
public record RetryPolicy(List<Duration> delays, double jitter) {

    /** Doubling from 15 s, ten retries: about four hours until a job is given up. */
    public static final RetryPolicy DEFAULT = exponential(Duration.ofSeconds(15), 10, Duration.ofHours(4));

    public RetryPolicy {
        delays = List.copyOf(delays);
        for (var delay : delays) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("A retry delay can't be negative, was " + delay);
            }
        }
        if (delays.size() > 1000) {
            throw new IllegalArgumentException("A job is tried again 1000 times at most, was " + delays.size());
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("Jitter is from 0 to 1, was " + jitter);
        }
    }

    /** Exactly these. */
    public static RetryPolicy after(List<Duration> delays) {
        return new RetryPolicy(delays, 0);
    }

    /** Doubling from the first delay, none longer than the longest, each up to a fifth longer by chance. */
    public static RetryPolicy exponential(Duration first, int retries, Duration longest) {
        var delays = Stream.iterate(first, delay -> shorter(delay.multipliedBy(2), longest))
                .limit(retries)
                .toList();
        return new RetryPolicy(delays, 0.2);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Attempts in all, the first one too. */
    public int maxAttempts() {
        return delays.size() + 1;
    }

    /** How long to wait after the given number of failed attempts (1 or more), or nothing when that was the last. */
    public Optional<Duration> delayAfter(int failedAttempts, RandomGenerator random) {
        if (failedAttempts > delays.size()) {
            return Optional.empty();
        }
        var delay = delays.get(failedAttempts - 1);
        return Optional.of(delay.plusMillis((long) (delay.toMillis() * jitter * random.nextDouble())));
    }
}
