package dev.rowrunner.usage;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How usage is metered.
 *
 * @param aggregationEnabled whether usage is aggregated on a schedule at all
 * @param aggregationInterval between two searches through all keys; a bare number is milliseconds
 * @param flushInterval between two flushes of the counters that are known to have changed
 * @param keepInRedis how long a counter stays in Redis after PostgreSQL has it
 * @param keepRuns how long the log of runs is kept
 * @param batchSize counters in one transaction
 * @param flushThreads shards flushed side by side, each on a connection of its own
 */
@ConfigurationProperties("usage")
record UsageProperties(
        @DefaultValue("true") boolean aggregationEnabled,
        @DefaultValue("1h") Duration aggregationInterval,
        @DefaultValue("1m") Duration flushInterval,
        @DefaultValue("7d") Duration keepInRedis,
        @DefaultValue("90d") Duration keepRuns,
        @DefaultValue("2000") int batchSize,
        @DefaultValue("4") int flushThreads) {

    /** Redis does nothing else while it reads or marks a batch. */
    private static final int LARGEST_BATCH = 10_000;

    UsageProperties {
        atLeast("usage.aggregation-interval", aggregationInterval, Duration.ofSeconds(5));
        atLeast("usage.flush-interval", flushInterval, Duration.ofSeconds(5));
        atLeast("usage.keep-in-redis", keepInRedis, Duration.ofHours(1));
        atLeast("usage.keep-runs", keepRuns, Duration.ofDays(1));
        within("usage.batch-size", batchSize, LARGEST_BATCH);
        within("usage.flush-threads", flushThreads, RedisCounters.SHARDS);
    }

    /** What is almost no time to live: the next search may come too late. */
    Duration almostUp() {
        var twoSearches = aggregationInterval.multipliedBy(2);
        var quarter = keepInRedis.dividedBy(4);
        return twoSearches.compareTo(quarter) < 0 ? twoSearches : quarter;
    }

    private static void atLeast(String property, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(property + " must be at least " + least + ", was " + value);
        }
    }

    private static void within(String property, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(property + " must be 1 to " + most + ", was " + value);
        }
    }
}
