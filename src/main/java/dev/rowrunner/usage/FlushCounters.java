package dev.rowrunner.usage;

import dev.rowrunner.usage.CounterRepository.Forgotten;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Moves dirty counters from Redis into PostgreSQL, a batch in a transaction. Killed anywhere, a batch can be repeated:
 *
 * <pre>
 *   begin, take the shard     nothing has happened
 *   read values and marks
 *   upsert
 *   write the new marks       marks ahead of their rows are ordinary; the counters are still dirty
 *   commit                    PostgreSQL has it; the counters are still dirty, and written again they change nothing
 *   settle                    off the dirty index, and the time to live runs
 * </pre>
 */
@Component
class FlushCounters {

    private static final Logger LOG = LoggerFactory.getLogger(FlushCounters.class);

    private final RedisCounters redis;
    private final CounterRepository counters;
    private final BadKeys badKeys;
    private final TransactionTemplate transaction;
    private final UsageProperties properties;
    private final Clock clock;

    FlushCounters(
            RedisCounters redis,
            CounterRepository counters,
            BadKeys badKeys,
            TransactionTemplate transaction,
            UsageProperties properties,
            Clock clock) {
        this.redis = redis;
        this.counters = counters;
        this.badKeys = badKeys;
        this.transaction = transaction;
        this.properties = properties;
        this.clock = clock;
    }

    /** Flushes the dirty counters of one shard that the scope covers. */
    void flush(int shard, RunScope scope, Tally tally) {
        int size = properties.batchSize();
        redis.scanDirty(shard, scope.pattern(), listing -> {
            var keys = listing.keys().stream()
                    .sorted()
                    .distinct()
                    .map(CounterKey::parse)
                    .filter(scope::covers)
                    .toList();
            long settled = listing.settled();
            for (int from = 0; from < keys.size(); from += size) {
                var some = keys.subList(from, Math.min(from + size, keys.size()));
                settled = flush(shard, settled, some, scope, tally);
            }
        });
    }

    /** Answers how often the shard was settled by now, unless others have settled some of it too. */
    private long flush(int shard, long settled, List<CounterKey> keys, RunScope scope, Tally tally) {
        var batch = transaction.execute(status -> {
            var written = write(shard, settled, keys, tally);
            if (written.entries().isEmpty()) {
                status.setRollbackOnly();
            }
            return written;
        });
        long settledNow = settle(shard, batch, scope);
        setAsideBad(shard, batch, tally);
        return settledNow == settled + 1 ? settledNow : settled;
    }

    private Batch write(int shard, long settled, List<CounterKey> keys, Tally tally) {
        var begun = counters.beginFlush(shard);
        var reading = redis.read(shard, settled, keys);
        var batch = Batch.of(keys, reading, begun.flush());
        if (!batch.entries().isEmpty()) {
            noticeLoss(shard, begun, reading);
            noticeForgotten(forgotten(shard, begun, reading), batch, tally);
            int changed = upsert(batch, begun.flush(), tally);
            stamp(shard, batch, begun.flush(), reading);
            tally.flushed(batch.entries(), changed);
        }
        return batch;
    }

    private void noticeLoss(int shard, CounterRepository.Begun begun, RedisCounters.Reading reading) {
        if (!reading.set().equals(begun.set())) {
            counters.rememberSet(shard, reading.set());
            if (begun.set() != null) {
                LOG.atWarn()
                        .addKeyValue("shard", shard)
                        .addKeyValue("counterSet", reading.set())
                        .addKeyValue("lostCounterSet", begun.set())
                        .log("Redis has lost its usage counters and counts anew; what was flushed stays,"
                                + " what was counted since the last flush is lost");
            }
        } else if (isRestored(begun, reading)) {
            LOG.atWarn()
                    .addKeyValue("shard", shard)
                    .addKeyValue("flushInRedis", reading.lastFlush())
                    .addKeyValue("flushInPostgres", begun.before())
                    .log("Redis was restored from an older snapshot; totals keep what was flushed,"
                            + " and what is counted from now on is added");
        }
    }

    private @Nullable Forgotten forgotten(int shard, CounterRepository.Begun begun, RedisCounters.Reading reading) {
        if (!isRestored(begun, reading)) {
            return begun.forgotten();
        }
        var forgotten = new Forgotten(reading.lastFlush(), begun.before());
        counters.rememberForgotten(shard, forgotten);
        return forgotten;
    }

    private static boolean isRestored(CounterRepository.Begun begun, RedisCounters.Reading reading) {
        return reading.set().equals(begun.set()) && reading.lastFlush() < begun.before();
    }

    /** A counter that was flushed for the first time in a forgotten flush comes without a mark, as if it were new. */
    private void noticeForgotten(@Nullable Forgotten forgotten, Batch batch, Tally tally) {
        var newborn =
                batch.entries().stream().filter(entry -> entry.before() == null).toList();
        if (forgotten != null && !newborn.isEmpty()) {
            tally.restored(counters.forgotten(newborn, forgotten));
        }
    }

    private int upsert(Batch batch, long flush, Tally tally) {
        int changed = counters.upsert(batch.entries(), flush, clock.instant());
        return changed == batch.entries().size() ? changed : changed + upsertRestored(batch, flush, tally);
    }

    private int upsertRestored(Batch batch, long flush, Tally tally) {
        var indexes = counters.restored(batch.entries(), flush);
        if (indexes.isEmpty()) {
            return 0;
        }
        var restored = batch.restore(indexes);
        tally.restored(restored);
        return counters.upsert(restored, flush, clock.instant());
    }

    private void stamp(int shard, Batch batch, long flush, RedisCounters.Reading reading) {
        if (!redis.stamp(shard, reading, flush, batch.entries())) {
            throw new CountersUnavailable(
                    "Counters were lost, or flushed by another, in the middle of a flush; nothing of this batch was written",
                    null);
        }
    }

    /** A search starts the time to live at once; in between, a counter is likely to be counted on. */
    private long settle(int shard, Batch batch, RunScope scope) {
        int size = batch.entries().size() + batch.absent().size();
        if (size == 0) {
            return 0;
        }
        var keys = new ArrayList<String>(size);
        var committed = new ArrayList<String>(size);
        for (var entry : batch.entries()) {
            keys.add(entry.key().key());
            committed.add(entry.value());
        }
        for (var absent : batch.absent()) {
            keys.add(absent);
            committed.add("");
        }
        return redis.settle(shard, keys, committed, scope.searches() ? properties.keepInRedis() : null);
    }

    private void setAsideBad(int shard, Batch batch, Tally tally) {
        var bad = new LinkedHashMap<>(batch.bad());
        for (var key : batch.absent()) {
            var found = redis.describe(key);
            if (found != null && found.startsWith("a ")) {
                bad.put(key, "holds " + found);
            }
        }
        if (!bad.isEmpty()) {
            redis.forget(shard, List.copyOf(bad.keySet()));
            badKeys.record(bad);
            tally.bad(bad);
        }
    }
}
