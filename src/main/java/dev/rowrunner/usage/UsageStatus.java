package dev.rowrunner.usage;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tells how far a day's usage has come from Redis to PostgreSQL. */
@Component
class UsageStatus {

    private final RedisCounters redis;
    private final UsageTotals totals;
    private final AggregationRuns runs;

    UsageStatus(RedisCounters redis, UsageTotals totals, AggregationRuns runs) {
        this.redis = redis;
        this.totals = totals;
        this.runs = runs;
    }

    /**
     * @param keysInRedis counters of the day in Redis; they leave it seven days after they were flushed
     * @param dirtyKeys those known to have changed since the last flush; a plain INCRBY is known after the next search
     * @param badKeys unresolved keys of the day that are no counters
     * @param lastRun the last run that searched for keys of this day, null if there was none
     */
    record Day(
            LocalDate date,
            long keysInRedis,
            long dirtyKeys,
            List<UsageTotals.MetricTotal> totals,
            long badKeys,
            AggregationRuns.@Nullable LastRun lastRun) {

        BigInteger total() {
            return totals.stream().map(UsageTotals.MetricTotal::value).reduce(BigInteger.ZERO, BigInteger::add);
        }
    }

    Day of(LocalDate date) {
        var scope = RunScope.day(date, null);
        return new Day(
                date,
                countKeys(scope),
                countDirty(scope),
                totals.of(date),
                totals.badKeys(date),
                runs.last(date).orElse(null));
    }

    /** How many counters in Redis the scope covers. Reads every key's name. */
    long countKeys(RunScope scope) {
        var count = new AtomicLong();
        redis.scan(scope.pattern(), keys -> count.addAndGet(covered(keys, scope)));
        return count.get();
    }

    private long countDirty(RunScope scope) {
        var count = new AtomicLong();
        for (int shard = 0; shard < RedisCounters.SHARDS; shard++) {
            redis.scanDirty(shard, scope.pattern(), dirty -> count.addAndGet(covered(dirty, scope)));
        }
        return count.get();
    }

    private static long covered(List<String> keys, RunScope scope) {
        return keys.stream().filter(scope::covers).count();
    }
}
