package dev.rowrunner.usage;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Brings the totals in PostgreSQL up to date: searches Redis for counters that other programs changed without marking
 * them, then flushes what is dirty. Runs may overlap and be repeated at will.
 */
@Component
class Aggregation {

    private static final Logger LOG = LoggerFactory.getLogger(Aggregation.class);

    private final RedisCounters redis;
    private final FlushCounters flushCounters;
    private final CounterRepository counters;
    private final BadKeys badKeys;
    private final AggregationRuns runs;
    private final UsageProperties properties;
    private final Clock clock;

    Aggregation(
            RedisCounters redis,
            FlushCounters flushCounters,
            CounterRepository counters,
            BadKeys badKeys,
            AggregationRuns runs,
            UsageProperties properties,
            Clock clock) {
        this.redis = redis;
        this.flushCounters = flushCounters;
        this.counters = counters;
        this.badKeys = badKeys;
        this.runs = runs;
        this.properties = properties;
        this.clock = clock;
    }

    /** Hears how far a run is: so many of so many counters, the latter an estimate. */
    interface Progress {

        Progress NONE = (done, total) -> {};

        void at(long done, long total);
    }

    /**
     * @param job the id of the job that runs it, null from the command line
     * @throws CountersUnavailable if Redis goes away; what was flushed so far stays
     */
    Tally.Result run(RunScope scope, @Nullable UUID job, Progress progress) {
        long run = runs.start(scope, job);
        var tally = new Tally(progress);
        try {
            aggregate(scope, tally);
            runs.finish(run, tally.result(), null);
        } catch (RuntimeException e) {
            recordFailure(run, tally, e);
            throw e;
        }
        logCompleted(scope, tally.result());
        return tally.result();
    }

    private void recordFailure(long run, Tally tally, RuntimeException failure) {
        try {
            runs.finish(run, tally.result(), failure.getMessage());
        } catch (RuntimeException unrecorded) {
            failure.addSuppressed(unrecorded);
        }
    }

    private void aggregate(RunScope scope, Tally tally) {
        var started = clock.instant();
        logStarting(scope);
        catchUp();
        if (scope.searches()) {
            search(scope, tally);
            LOG.atInfo()
                    .addKeyValue("keys", tally.result().keysSeen())
                    .log(
                            "[UsageAggregationJob] Found {} usage keys to process",
                            tally.result().keysSeen());
        } else {
            tally.found(redis.dirtyCount());
        }
        flushShards(scope, tally);
        if (scope.searches()) {
            resolveBadKeys(scope);
        }
        if (scope.equals(RunScope.ALL)) {
            badKeys.resolve(badKeys.alteredNotSeenSince(started));
            runs.prune(properties.keepRuns());
        }
    }

    // ---- searching

    private void search(RunScope scope, Tally tally) {
        redis.scan(scope.pattern(), keys -> {
            var bad = new LinkedHashMap<String, String>();
            var found = new ArrayList<String>(keys.size());
            for (var key : keys) {
                sort(key, scope, found, bad);
            }
            tally.found(found.size());
            if (!found.isEmpty()) {
                redis.discover(found, false, properties.keepInRedis(), properties.almostUp())
                        .forEach((key, type) -> bad.put(key, "holds a " + type));
            }
            setAside(bad, tally);
        });
    }

    private static void sort(String key, RunScope scope, List<String> found, Map<String, String> bad) {
        try {
            if (scope.covers(CounterKey.parse(key))) {
                found.add(key);
            }
        } catch (InvalidUsage invalid) {
            bad.put(key, invalid.getMessage());
        }
    }

    private void setAside(Map<String, String> bad, Tally tally) {
        if (!bad.isEmpty()) {
            badKeys.record(bad);
            tally.bad(bad);
        }
    }

    // ---- after PostgreSQL was restored from a backup, or replaced by a new one

    private void catchUp() {
        var progress = redis.progress();
        if (isBehind(progress)) {
            LOG.info("PostgreSQL lacks a flush that Redis knows of; every counter in Redis is flushed again");
            markEveryCounter();
            counters.hasCaughtUp(
                    progress.stream().map(RedisShard.Progress::committed).toList());
        }
    }

    /** Whether PostgreSQL lacks committed flushes. Numbers, where it may only lack one that died, begin after that. */
    private boolean isBehind(List<RedisShard.Progress> progress) {
        counters.skipFlushesTo(
                progress.stream().mapToLong(RedisShard.Progress::stamped).max().orElseThrow());
        var inPostgres = counters.lastFlushes();
        return IntStream.range(0, RedisCounters.SHARDS)
                .anyMatch(shard -> inPostgres.get(shard) < progress.get(shard).committed());
    }

    /** Whatever the run is about, since its first flushes hide from every later run what PostgreSQL lacks. */
    private void markEveryCounter() {
        redis.scan(RunScope.ALL.pattern(), keys -> {
            var found = keys.stream().filter(RunScope.ALL::covers).toList();
            if (!found.isEmpty()) {
                redis.discover(found, true, properties.keepInRedis(), properties.almostUp());
            }
        });
    }

    // ---- flushing

    private void flushShards(RunScope scope, Tally tally) {
        var threads = Executors.newFixedThreadPool(properties.flushThreads());
        try {
            var flushes = new ArrayList<Future<?>>();
            for (int shard = 0; shard < RedisCounters.SHARDS; shard++) {
                int one = shard;
                flushes.add(threads.submit(() -> flushCounters.flush(one, scope.searches(), tally)));
            }
            awaitAll(flushes);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void awaitAll(List<Future<?>> flushes) {
        try {
            for (var flush : flushes) {
                flush.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The aggregation was interrupted; what it has flushed stays", e);
        }
    }

    // ---- bad keys

    /** Bad keys that are gone by now, or hold a counter, are bad no more. */
    private void resolveBadKeys(RunScope scope) {
        var keys = badKeys.unresolvedAfter("");
        while (!keys.isEmpty()) {
            var resolved = keys.stream().filter(key -> isResolved(key, scope)).toList();
            if (!resolved.isEmpty()) {
                badKeys.resolve(resolved);
            }
            keys = badKeys.unresolvedAfter(keys.get(keys.size() - 1));
        }
    }

    private boolean isResolved(String key, RunScope scope) {
        if (!BadKeys.isAsInRedis(key)) {
            return false;
        }
        var found = redis.describe(key);
        if (found == null) {
            return true;
        }
        try {
            return scope.covers(CounterKey.parse(key)) && Batch.whyBad(found) == null;
        } catch (InvalidUsage stillMalformed) {
            return false;
        }
    }

    // ---- log lines, as the older system printed them

    private static void logStarting(RunScope scope) {
        if (scope.date() != null) {
            withScope(scope).log("[UsageAggregationJob] Starting aggregation for date: {}", scope.date());
        } else if (scope.searches()) {
            withScope(scope).log("[UsageAggregationJob] Starting aggregation for all dates");
        }
    }

    private static void logCompleted(RunScope scope, Tally.Result result) {
        withScope(scope)
                .addKeyValue("keys", result.keysSeen())
                .addKeyValue("changed", result.rowsChanged())
                .addKeyValue("errors", result.errors())
                .log(
                        "[UsageAggregationJob] Completed. Records aggregated: {}, Errors: {}",
                        result.rowsChanged(),
                        result.errors());
        if (result.restored() > 0) {
            LOG.atWarn()
                    .addKeyValue("counters", result.restored())
                    .addKeyValue("atMostTwice", result.atMostTwice())
                    .log(
                            "[UsageAggregationJob] {} counters came back from an older snapshot of Redis; at most {} of"
                                    + " their usage was counted twice",
                            result.restored(),
                            result.atMostTwice());
        }
    }

    private static LoggingEventBuilder withScope(RunScope scope) {
        var line = LOG.atInfo().addKeyValue("scope", scope.name());
        line = scope.date() == null
                ? line
                : line.addKeyValue("date", scope.date().toString());
        return scope.merchant() == null ? line : line.addKeyValue("merchantId", scope.merchant());
    }
}
