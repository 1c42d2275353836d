package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.testing.RowrunnerTest;
import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
    void killedBetweenMarksAndCommitItDoesNotMakeTheNextOneDoubtEveryCounter() {
        IntStream.range(0, 20).forEach(i -> counters.increment("doubted" + i, "queries", 1));
        usage.flushDirty();
        counters.increment("doubted0", "queries", 1);
        dieAt(Step.BETWEEN_STAMP_AND_COMMIT);

        var result = usage.flushDirty();

        assertThat(result.keysSeen()).isEqualTo(1);
        assertThat(usage.total("doubted0")).isEqualTo(UsageFixture.of(2));
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

    /** Listed, settled by another, counted on plainly: a mark that it writes now would hide what was counted. */
    @Test
    void aCounterThatAnotherFlushHasSettledSinceItWasListedIsLeftAlone() {
        var key = "usage:resettled:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 10);
        usage.redis.commands().sadd(RedisShard.dirty(RedisCounters.shardOf(key)), key);
        var late = flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean list(Listener listener) {
                return super.list((progress, keys) -> {
                    usage.flushDirty();
                    usage.plainIncrement(key, 3);
                    return listener.hear(progress, keys);
                });
            }

            @Override
            boolean stamp(Progress progress, List<Entry> entries, List<String> settled) {
                throw new Killed();
            }
        });

        runAll(late);
        usage.search();

        assertThat(usage.total("resettled")).isEqualTo(UsageFixture.of(113));
    }

    /** What is counted while a counter is under way marks it anew, and the mark of this flush does not cover it. */
    @Test
    void whatIsCountedBetweenReadingAndSettlingIsFlushedNext() {
        counters.increment("countedon", "queries", 100);
        var flush = flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean settle(Progress progress, List<String> settled) {
                counters.increment("countedon", "queries", 7, "once", null);
                return super.settle(progress, settled);
            }
        });

        runAll(flush);

        assertThat(usage.total("countedon")).isEqualTo(UsageFixture.of(107));
    }

    /** It wakes up after its shard has passed to another, which has set the counter aside once more and then died. */
    @Test
    void aFlushThatWakesUpTooLateTakesNothingOffTheIndex() {
        var key = "usage:asleep:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        new RedisCounters(usage.redis).discover(List.of(key), false, Duration.ofDays(7), Duration.ofHours(1));
        var asleep = flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean settle(Progress progress, List<String> settled) {
                try (var other = new RedisShard(shard, usage.redis)) {
                    var read = other.read(List.of()).progress();
                    other.settle(read.afterSettling(read.stamped()), List.of());
                }
                assertThat(super.settle(progress, settled)).isFalse();
                throw new Killed();
            }
        });

        assertThatThrownBy(() -> runAll(asleep)).isInstanceOf(Killed.class);

        assertThat(usage.redis.commands().smembers(RedisShard.flushing(RedisCounters.shardOf(key))))
                .containsExactly(key);
        usage.flushDirty();
        assertThat(usage.total("asleep")).isEqualTo(UsageFixture.of(100));
    }

    @Test
    void whatRedisLosesBetweenReadingAndMarkingIsNotTakenForTheNewCounter() {
        counters.increment("reborn", "queries", 1);
        var redis = usage.redis.commands();
        var flush = flushThatDoesBeforeItsMarks(() -> {
            redis.flushall();
            counters.increment("reborn", "queries", 5);
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
        var flush = flushThatDoesBeforeItsMarks(() -> {
            redis.del(redis.keys("usage:bornagain:*").get(0));
            counters.increment("bornagain", "queries", 500);
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
        var flush = flushThatDoesBeforeItsMarks(() -> {
            redis.set(key, "110");
            cutFlushesOf(redis);
        });

        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(CountersUnavailable.class);
        usage.flushDirty();
        counters.increment("restarted", "queries", 1);
        usage.flushDirty();

        assertThat(usage.total("restarted")).isEqualTo(UsageFixture.of(111));
    }

    /** As a restart does. */
    private static void cutFlushesOf(RedisCommands<String, String> redis) {
        long own = redis.clientId();
        redis.clientList()
                .lines()
                .filter(line -> line.contains(" name=" + RedisConnection.NAME + " "))
                .map(line -> Long.parseLong(line.replaceAll("^id=(\\d+) .*", "$1")))
                .filter(id -> id != own)
                .forEach(id -> redis.clientKill(KillArgs.Builder.id(id)));
    }

    private FlushCounters flushThatDoesBeforeItsMarks(Runnable work) {
        return flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean stamp(Progress progress, List<Entry> entries, List<String> settled) {
                work.run();
                return super.stamp(progress, entries, settled);
            }
        });
    }

    @Test
    void aPlainIncrementThatASearchHasFoundDoesNotExpireBeforeItIsFlushed() {
        var key = "usage:found:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 50);

        new RedisCounters(usage.redis).discover(List.of(key), false, Duration.ofDays(7), Duration.ofHours(1));

        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);
    }

    @Test
    void aFlushOfDirtyCountersThatOvertakesTheSearchLeavesNoMarkBehindTheCounter() {
        var key = "usage:overtaken:2025-11-01:queries";
        usage.plainIncrement(key, 100);
        usage.search();
        usage.plainIncrement(key, 50);
        new RedisCounters(usage.redis).discover(List.of(key), false, Duration.ofDays(7), Duration.ofHours(1));
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
        var late = flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean list(Listener listener) {
                return super.list((progress, keys) -> {
                    usage.search();
                    return listener.hear(progress, keys);
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
        var flush = flush(shard -> new RedisShard(shard, usage.redis) {
            @Override
            boolean stamp(Progress progress, List<Entry> entries, List<String> settled) {
                if (step == Step.BEFORE_STAMP) {
                    throw new Killed();
                }
                super.stamp(progress, entries, settled);
                if (step == Step.BETWEEN_STAMP_AND_COMMIT) {
                    throw new Killed();
                }
                return true;
            }

            @Override
            boolean settle(Progress progress, List<String> settled) {
                throw new Killed();
            }
        });
        assertThatThrownBy(() -> runAll(flush)).isInstanceOf(Killed.class);
    }

    private FlushCounters flush(IntFunction<RedisShard> shards) {
        var redis = new RedisCounters(usage.redis) {
            @Override
            RedisShard open(int shard) {
                super.open(shard).close();
                return shards.apply(shard);
            }
        };
        return new FlushCounters(redis, repository, badKeys, transaction, properties, clock);
    }

    private static void runAll(FlushCounters flush) {
        IntStream.range(0, RedisCounters.SHARDS)
                .forEach(shard -> flush.flush(shard, false, new Tally(Aggregation.Progress.NONE)));
    }

    private static final class Killed extends RuntimeException {}
}
