package dev.rowrunner.usage;

import dev.rowrunner.usage.CounterRepository.Forgotten;
import dev.rowrunner.usage.RedisShard.Reading;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Moves dirty counters from Redis into PostgreSQL, a batch in a transaction. Killed anywhere, a batch can be repeated:
 *
 * <pre>
 *   set the dirty index aside what is counted from now on is dirty anew
 *   begin, take the shard     nothing has happened
 *   read values and marks
 *   upsert
 *   write the new marks       marks ahead of their rows are ordinary; the counters are still set aside
 *   commit                    PostgreSQL has it; the counters are still set aside, and written again change nothing
 *   settle                    off the index, together with the marks of the next batch
 * </pre>
 *
 * Redis is written by who holds the shard only, and who has lost it without noticing writes nothing.
 */
@Component
class FlushCounters {

    private static final Logger LOG = LoggerFactory.getLogger(FlushCounters.class);

    /** Counters that one script looks at. */
    private static final int SOME = 1_000;

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

    /**
     * Flushes the dirty counters of one shard: first those that an earlier flush has left aside, then the others.
     *
     * @param searching a search starts the time to live at once; in between, a counter is likely to be counted on
     */
    void flush(int shard, boolean searching, Tally tally) {
        try (var there = redis.open(shard)) {
            for (int time = 0; time < 2 && there.setAside(); time++) {
                while (!there.list((progress, keys) -> flush(shard, there, progress, keys, searching, tally))) {
                    LOG.debug("Another flush of shard {} came first; what it has left is listed again", shard);
                }
            }
        }
    }

    /** Answers false if another flush was here since the counters were listed; what it has left is to be listed anew. */
    private boolean flush(
            int shard,
            RedisShard there,
            RedisShard.Progress listedAt,
            List<String> keys,
            boolean searching,
            Tally tally) {
        var done = new Done(listedAt, 0, List.of());
        var flushed = new ArrayList<String>();
        for (int from = 0; from < keys.size(); from += properties.batchSize()) {
            var batch = new Batch(keys.subList(from, Math.min(from + properties.batchSize(), keys.size())));
            var before = done;
            var after = Objects.requireNonNull(
                    transaction.execute(status -> write(shard, there, before, batch, status, tally)));
            if (after.isEmpty()) {
                return false;
            }
            setAsideBad(batch, tally);
            batch.entries().forEach(entry -> flushed.add(entry.key().key()));
            done = after.get();
        }
        if (!settle(shard, there, done)) {
            return false;
        }
        if (searching) {
            startTimeToLive(flushed);
        }
        return true;
    }

    /**
     * What a batch leaves for the next.
     *
     * @param committed number of the flush that PostgreSQL has; 0 if nothing was to be written
     * @param unsettled counters that PostgreSQL has, or never will
     */
    private record Done(RedisShard.Progress progress, long committed, List<String> unsettled) {}

    /** Answers nothing, and writes nothing, if another flush was here since the counters were listed. */
    private Optional<Done> write(
            int shard, RedisShard there, Done before, Batch batch, TransactionStatus status, Tally tally) {
        var begun = counters.beginFlush(shard);
        var reading = there.read(batch.keys());
        if (!reading.progress().equals(before.progress())) {
            there.unwatch();
            status.setRollbackOnly();
            return Optional.empty();
        }
        batch.fill(reading, begun.flush());
        if (batch.entries().isEmpty()) {
            there.unwatch();
            status.setRollbackOnly();
            return Optional.of(
                    new Done(before.progress(), before.committed(), joined(before.unsettled(), batch.names())));
        }
        requireGrowingNumbers(begun, reading);
        noticeLoss(shard, begun, reading);
        noticeForgotten(forgotten(shard, begun, reading), batch, tally);
        int changed = upsert(batch, begun.flush(), tally);
        var after = before.progress().afterStamp(begun.flush(), begun.before());
        stamp(there, after, batch, before);
        tally.flushed(batch.entries(), changed);
        return Optional.of(new Done(after, begun.flush(), batch.names()));
    }

    private static List<String> joined(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private boolean settle(int shard, RedisShard there, Done done) {
        if (done.unsettled().isEmpty()) {
            return true;
        }
        return Boolean.TRUE.equals(transaction.execute(status -> {
            status.setRollbackOnly();
            counters.lock(shard);
            return there.read(List.of()).progress().equals(done.progress())
                    && there.settle(done.progress().afterSettling(done.committed()), done.unsettled());
        }));
    }

    private void startTimeToLive(List<String> keys) {
        for (int from = 0; from < keys.size(); from += SOME) {
            var some = keys.subList(from, Math.min(from + SOME, keys.size()));
            redis.discover(some, false, properties.keepInRedis(), properties.almostUp());
        }
    }

    /** A PostgreSQL that crashed may number its flushes from further back. The next run lets it skip to here. */
    private static void requireGrowingNumbers(CounterRepository.Begun begun, Reading reading) {
        if (begun.flush() <= reading.progress().stamped()) {
            throw new CountersUnavailable(
                    "PostgreSQL numbers this flush " + begun.flush() + " and Redis knows of number "
                            + reading.progress().stamped() + "; the next run goes on from there",
                    null);
        }
    }

    private void noticeLoss(int shard, CounterRepository.Begun begun, Reading reading) {
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
                    .addKeyValue("flushInRedis", reading.progress().stamped())
                    .addKeyValue("flushInPostgres", begun.before())
                    .log("Redis was restored from an older snapshot; totals keep what was flushed,"
                            + " and what is counted from now on is added");
        }
    }

    private @Nullable Forgotten forgotten(int shard, CounterRepository.Begun begun, Reading reading) {
        if (!isRestored(begun, reading)) {
            return begun.forgotten();
        }
        var forgotten = new Forgotten(reading.progress().stamped(), begun.before());
        counters.rememberForgotten(shard, forgotten);
        return forgotten;
    }

    private static boolean isRestored(CounterRepository.Begun begun, Reading reading) {
        return reading.set().equals(begun.set()) && reading.progress().stamped() < begun.before();
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

    private static void stamp(RedisShard there, RedisShard.Progress after, Batch batch, Done before) {
        if (!there.stamp(after, batch.entries(), before.unsettled())) {
            throw new CountersUnavailable(
                    "Counters were lost, or flushed by another, in the middle of a flush; nothing of this batch was written",
                    null);
        }
    }

    private void setAsideBad(Batch batch, Tally tally) {
        var bad = new LinkedHashMap<>(batch.bad());
        for (var key : batch.absent()) {
            var found = redis.describe(key);
            if (found != null && found.startsWith("a ")) {
                bad.put(key, "holds " + found);
            }
        }
        if (!bad.isEmpty()) {
            badKeys.record(bad);
            tally.bad(bad);
        }
    }
}
