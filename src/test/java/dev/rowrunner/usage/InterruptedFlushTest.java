package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.testing.RowrunnerTest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** A flush that ends at any of its steps, as a killed process does. */
@RowrunnerTest
class InterruptedFlushTest {

    @Autowired
    UsageCounters counters;

    @Autowired
    UsageFixture usage;

    @Autowired
    CounterRepository repository;

    @Autowired
    BadKeys badKeys;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    UsageProperties properties;

    @Autowired
    Clock clock;

    @BeforeEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    private enum Step {
        BEFORE_STAMP,
        BETWEEN_STAMP_AND_COMMIT,
        BETWEEN_COMMIT_AND_SETTLE
    }

    @Test
    void killedBeforeTheMarksItChangesNothing() {
        diesOnceAndIsRepeated(Step.BEFORE_STAMP, "killed1");
    }

    @Test
    void killedBetweenMarksAndCommitItCountsOnce() {
        diesOnceAndIsRepeated(Step.BETWEEN_STAMP_AND_COMMIT, "killed2");
    }

    @Test
    void killedBetweenCommitAndSettlingItCountsOnce() {
        diesOnceAndIsRepeated(Step.BETWEEN_COMMIT_AND_SETTLE, "killed3");
    }

    private void diesOnceAndIsRepeated(Step step, String merchant) {
        counters.increment(merchant, "queries", 100);
        dieAt(step);
        counters.increment(merchant, "queries", 20);
        dieAt(step);
        usage.flushDirty();
        counters.increment(merchant, "queries", 3);
        dieAt(step);

        usage.flushDirty();
        usage.search();

        assertThat(usage.total(merchant)).isEqualTo(UsageFixture.of(123));
    }

    @Test
    void countersThatHaveAndHaveNotChangedSinceTheCrashMayShareABatch() {
        IntStream.range(0, 40).forEach(i -> counters.increment("shared" + i, "queries", 10));
        dieAt(Step.BETWEEN_COMMIT_AND_SETTLE);
        IntStream.range(0, 20).forEach(i -> counters.increment("shared" + i, "queries", 5));

        usage.flushDirty();

        IntStream.range(0, 40)
                .forEach(i -> assertThat(usage.total("shared" + i)).isEqualTo(UsageFixture.of(i < 20 ? 15 : 10)));
    }

    /** Listed while dirty, settled by another, counted on plainly, and then the flush dies before its commit. */
    @Test
    void aCounterThatAnotherFlushSettledIsDirtyAgainWhileThisOneIsUnderWay() {
        var key = "usage:resettled:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 10);
        usage.redis.commands().sadd("usage-dirty:" + RedisCounters.shardOf(key), key);
        var late = flush(new RedisCounters(usage.redis) {
            @Override
            void scanDirty(int shard, String pattern, Consumer<Listing> dirtyCounters) {
                super.scanDirty(shard, pattern, listing -> {
                    usage.flushDirty();
                    usage.plainIncrement(key, 3);
                    dirtyCounters.accept(listing);
                });
            }

            @Override
            boolean stamp(int shard, Reading reading, long number, List<Entry> entries) {
                super.stamp(shard, reading, number, entries);
                throw new Killed();
            }
        });

        assertThatThrownBy(() -> runAll(late)).isInstanceOf(Killed.class);
        usage.flushDirty();

        assertThat(usage.total("resettled")).isEqualTo(UsageFixture.of(113));
    }

    @Test
    void whatRedisLosesBetweenReadingAndMarkingIsNotTakenForTheNewCounter() {
        counters.increment("reborn", "queries", 1);
        var redis = usage.redis.commands();
        var flush = flush(new RedisCounters(usage.redis) {
            @Override
            boolean stamp(int shard, Reading reading, long number, List<Entry> entries) {
                redis.flushall();
                counters.increment("reborn", "queries", 5);
                return super.stamp(shard, reading, number, entries);
            }
        });

        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(CountersUnavailable.class);
        usage.flushDirty();
        usage.search();

        assertThat(usage.total("reborn")).isEqualTo(UsageFixture.of(5));
    }

    @Test
    void aCounterBornAgainWhileItsOldLifeIsFlushedAddsToIt() {
        counters.increment("bornagain", "queries", 10);
        usage.flushDirty();
        counters.increment("bornagain", "queries", 1);
        var redis = usage.redis.commands();
        var flush = flush(new RedisCounters(usage.redis) {
            @Override
            boolean stamp(int shard, Reading reading, long number, List<Entry> entries) {
                redis.del(redis.keys("usage:bornagain:*").get(0));
                counters.increment("bornagain", "queries", 500);
                return super.stamp(shard, reading, number, entries);
            }
        });

        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(CountersUnavailable.class);
        usage.flushDirty();

        assertThat(usage.total("bornagain")).isEqualTo(UsageFixture.of(510));
    }

    @Test
    void whatRedisForgetsInARestartBetweenReadingAndMarkingIsNotCountedTwice() {
        counters.increment("restarted", "queries", 100);
        usage.flushDirty();
        counters.increment("restarted", "queries", 10);
        var redis = usage.redis.commands();
        var key = redis.keys("usage:restarted:*").get(0);
        counters.increment("restarted", "queries", 5);
        var flush = flush(new RedisCounters(usage.redis) {
            @Override
            boolean stamp(int shard, Reading reading, long number, List<Entry> entries) {
                redis.set(key, "110");
                return super.stamp(shard, fromTheProcessBefore(reading), number, entries);
            }
        });

        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(CountersUnavailable.class);
        usage.flushDirty();
        counters.increment("restarted", "queries", 1);
        usage.flushDirty();

        assertThat(usage.total("restarted")).isEqualTo(UsageFixture.of(111));
    }

    private static RedisCounters.Reading fromTheProcessBefore(RedisCounters.Reading reading) {
        return new RedisCounters.Reading(
                "0".repeat(40),
                reading.settled(),
                reading.set(),
                reading.reborn(),
                reading.lastFlush(),
                reading.values(),
                reading.marks());
    }

    @Test
    void aPlainIncrementThatASearchHasFoundDoesNotExpireBeforeItIsFlushed() {
        var key = "usage:found:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 50);

        new RedisCounters(usage.redis).discover(List.of(key), false, Duration.ofDays(7));

        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);
    }

    @Test
    void aFlushOfDirtyCountersThatOvertakesTheSearchLeavesNoMarkBehindTheCounter() {
        var key = "usage:overtaken:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 50);
        new RedisCounters(usage.redis).discover(List.of(key), false, Duration.ofDays(7));
        usage.flushDirty();

        passTimeToLive(key);
        usage.plainIncrement(key, 200);
        usage.search();

        assertThat(usage.total("overtaken")).isEqualTo(UsageFixture.of(350));
    }

    @Test
    void aFlushThatListedACounterBeforeAnotherSettledItKeepsTheMarksTimeToLive() {
        counters.increment("stale", "queries", 100);
        var redis = usage.redis.commands();
        var key = redis.keys("usage:stale:*").get(0);
        var late = flush(new RedisCounters(usage.redis) {
            @Override
            void scanDirty(int shard, String pattern, Consumer<Listing> dirtyCounters) {
                super.scanDirty(shard, pattern, listing -> {
                    usage.search();
                    dirtyCounters.accept(listing);
                });
            }
        });

        runAll(late);

        var mark = "usage-mark:" + key.substring(6);
        assertThat(redis.ttl(mark)).isEqualTo(redis.ttl(key));
    }

    /** Ends what has a time to live, as Redis does when it is over, and leaves what has none. */
    private void passTimeToLive(String key) {
        var redis = usage.redis.commands();
        for (var each : List.of(key, "usage-mark:" + key.substring(6))) {
            if (redis.ttl(each) >= 0) {
                redis.del(each);
            }
        }
    }

    private void dieAt(Step step) {
        var flush = flush(new RedisCounters(usage.redis) {
            @Override
            boolean stamp(int shard, Reading reading, long number, List<Entry> entries) {
                if (step == Step.BEFORE_STAMP) {
                    throw new Killed();
                }
                super.stamp(shard, reading, number, entries);
                if (step == Step.BETWEEN_STAMP_AND_COMMIT) {
                    throw new Killed();
                }
                return true;
            }

            @Override
            long settle(int shard, List<String> keys, List<String> committed, @Nullable Duration timeToLive) {
                throw new Killed();
            }
        });
        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(Killed.class);
    }

    private FlushCounters flush(RedisCounters redis) {
        return new FlushCounters(redis, repository, badKeys, transaction, properties, clock);
    }

    private static void runAll(FlushCounters flush) {
        IntStream.range(0, RedisCounters.SHARDS)
                .forEach(shard -> flush.flush(shard, RunScope.DIRTY, new Tally(Aggregation.Progress.NONE)));
    }

    private static final class Killed extends RuntimeException {}
}
