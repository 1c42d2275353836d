package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import io.lettuce.core.RestoreArgs;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Redis loses everything, or comes back as it was some time ago. */
@RowrunnerTest
class RedisLossTest {

    private static final LocalDate DAY = LocalDate.of(2025, 11, 1);

    @Autowired
    UsageCounters counters;

    @Autowired
    UsageFixture usage;

    @BeforeEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    @Test
    void whatWasFlushedStaysWhenRedisLosesEverythingAndNewUsageAddsToIt() {
        counters.increment("lost", "queries", 100);
        usage.flushDirty();

        usage.redis.commands().flushall();
        counters.increment("lost", "queries", 70);
        usage.flushDirty();
        counters.increment("lost", "queries", 50);
        usage.flushDirty();

        assertThat(usage.total("lost")).isEqualTo(UsageFixture.of(220));
    }

    @Test
    void plainKeysToo() {
        usage.plainIncrement("usage:lostplain:2025-11-01:queries", 100);
        usage.flushDay(DAY);

        usage.redis.commands().flushall();
        usage.plainIncrement("usage:lostplain:2025-11-01:queries", 170);
        usage.flushDay(DAY);

        assertThat(usage.total("lostplain")).isEqualTo(UsageFixture.of(270));
    }

    @Test
    void anOlderSnapshotNeverShrinksATotalAndWhatIsCountedAfterwardsIsAdded() {
        usage.plainIncrement("usage:snapshot:2025-11-01:queries", 60);
        usage.flushDay(DAY);
        var snapshot = snapshot();
        usage.plainIncrement("usage:snapshot:2025-11-01:queries", 40);
        usage.flushDay(DAY);

        restore(snapshot);
        usage.flushDay(DAY);
        assertThat(usage.total("snapshot")).isEqualTo(UsageFixture.of(100));
        usage.plainIncrement("usage:snapshot:2025-11-01:queries", 5);
        var result = usage.flushDay(DAY);
        usage.plainIncrement("usage:snapshot:2025-11-01:queries", 2);
        usage.flushDay(DAY);

        assertThat(usage.total("snapshot")).isEqualTo(UsageFixture.of(107));
        assertThat(result.restored()).isEqualTo(1);
    }

    @Test
    void aSnapshotFromBetweenTwoFlushesCountsAtMostTwiceWhatCameBetweenTheFlushAndIt() {
        counters.increment("between", "queries", 58);
        usage.flushDirty();
        counters.increment("between", "queries", 2);
        var snapshot = snapshot();
        counters.increment("between", "queries", 40);
        usage.flushDirty();

        restore(snapshot);
        counters.increment("between", "queries", 5);
        var result = usage.flushDirty();

        assertThat(usage.total("between")).isBetween(UsageFixture.of(105), UsageFixture.of(107));
        assertThat(result.atMostTwice()).isEqualTo(7);
    }

    @Test
    void saysHowMuchMayBeCountedTwiceOfACounterThatTheSnapshotKnowsAndItsFlushesDoNot() {
        counters.increment("before", "queries", 1);
        usage.flushDirty();
        counters.increment("newborn", "queries", 5);
        var snapshot = snapshot();
        IntStream.range(0, 50).forEach(i -> counters.increment("crowd" + i, "queries", 1));
        counters.increment("newborn", "queries", 4);
        usage.flushDirty();

        restore(snapshot);
        IntStream.range(0, 50).forEach(i -> counters.increment("crowd" + i, "queries", 1));
        var result = usage.flushDirty();

        assertThat(usage.total("newborn")).isBetween(UsageFixture.of(9), UsageFixture.of(14));
        assertThat(result.atMostTwice()).isBetween(5L, 55L);
    }

    @Test
    void aSnapshotThatComesBackAfterRedisCountedAnewIsSeenThrough() {
        counters.increment("twice", "queries", 90);
        usage.flushDirty();
        var snapshot = snapshot();
        counters.increment("twice", "queries", 10);
        usage.flushDirty();
        usage.redis.commands().flushall();
        counters.increment("twice", "queries", 20);
        usage.flushDirty();

        restore(snapshot);
        counters.increment("twice", "queries", 5);
        usage.flushDirty();
        usage.flushDirty();

        assertThat(usage.total("twice")).isEqualTo(UsageFixture.of(125));
    }

    @Test
    void aNewPostgresIsFilledAgainFromWhatRedisStillHolds() {
        IntStream.range(0, 20).forEach(i -> counters.increment("moved" + i, "queries", 7));
        usage.search();
        usage.jdbc
                .sql("DELETE FROM usage.counter WHERE merchant_id LIKE 'moved%'")
                .update();
        usage.jdbc.sql("UPDATE usage.shard SET last_flush = 0").update();
        usage.jdbc.sql("SELECT setval('usage.flush', 1)").query(Long.class).single();

        usage.search();

        assertThat(usage.jdbc
                        .sql("SELECT sum(value) FROM merchant_usage WHERE merchant_id LIKE 'moved%'")
                        .query(Long.class)
                        .single())
                .isEqualTo(140);
    }

    @Test
    void aPostgresRestoredFromABackupIsFilledAgainAlthoughDirtyCountersOfEveryShardAreFlushedFirst() {
        IntStream.range(0, 20).forEach(i -> counters.increment("backup" + i, "queries", 7));
        usage.search();
        restorePostgresToTheTimeBefore("backup");
        IntStream.range(0, 20).forEach(i -> counters.increment("backup" + i, "afterwards", 1));

        usage.flushDirty();
        usage.search();

        assertThat(totalOfAll("backup")).isEqualTo(20 * (7 + 1));
    }

    @Test
    void aPostgresRestoredFromABackupIsFilledAgainAlthoughOneDayIsAggregatedFirst() {
        IntStream.range(0, 20).forEach(i -> counters.increment("oneday" + i, "queries", 7));
        usage.search();
        restorePostgresToTheTimeBefore("oneday");
        IntStream.range(0, 20).forEach(i -> usage.plainIncrement("usage:oneday" + i + ":2025-11-01:queries", 1));

        usage.flushDay(DAY);
        usage.search();

        assertThat(totalOfAll("oneday")).isEqualTo(20 * (7 + 1));
    }

    private void restorePostgresToTheTimeBefore(String merchants) {
        usage.jdbc
                .sql("DELETE FROM usage.counter WHERE starts_with(merchant_id, :merchants)")
                .param("merchants", merchants)
                .update();
        usage.jdbc.sql("UPDATE usage.shard SET last_flush = 0").update();
        usage.jdbc.sql("SELECT setval('usage.flush', 1)").query(Long.class).single();
    }

    private long totalOfAll(String merchants) {
        return usage.jdbc
                .sql("SELECT sum(value) FROM merchant_usage WHERE starts_with(merchant_id, :merchants)")
                .param("merchants", merchants)
                .query(Long.class)
                .single();
    }

    private record Saved(byte[] value, long timeToLive) {}

    private Map<String, Saved> snapshot() {
        var redis = usage.redis.commands();
        var all = new LinkedHashMap<String, Saved>();
        redis.keys("*").forEach(key -> all.put(key, new Saved(redis.dump(key), Math.max(0, redis.pttl(key)))));
        return all;
    }

    private void restore(Map<String, Saved> snapshot) {
        var redis = usage.redis.commands();
        redis.flushall();
        snapshot.forEach(
                (key, saved) -> redis.restore(key, saved.value(), RestoreArgs.Builder.ttl(saved.timeToLive())));
    }
}
