package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import java.time.LocalDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@RowrunnerTest
class FlushTest {

    private static final LocalDate DAY = LocalDate.of(2025, 11, 1);

    @Autowired
    UsageCounters counters;

    @Autowired
    UsageFixture usage;

    @Autowired
    SettableClock clock;

    @BeforeEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    @Test
    void bringsTheTotalsOfPlainKeysToPostgres() {
        usage.plainIncrement("usage:plain:2025-11-01:queries", 1523);
        usage.plainIncrement("usage:plain:2025-11-01:api_calls", 8456);

        var result = usage.flushDay(DAY);

        assertThat(usage.totals("plain"))
                .containsOnly(
                        entry("2025-11-01 api_calls", UsageFixture.of(8456)),
                        entry("2025-11-01 queries", UsageFixture.of(1523)));
        assertThat(result.errors()).isZero();
    }

    @Test
    void writesNothingWhenNothingHasChanged() {
        usage.plainIncrement("usage:same:2025-11-01:queries", 3);
        usage.flushDay(DAY);
        var written = lastWrite("same");

        var result = usage.flushDay(DAY);

        assertThat(result.rowsChanged()).isZero();
        assertThat(lastWrite("same")).isEqualTo(written);
    }

    @Test
    void startsTheTimeToLiveOnlyOncePostgresHasTheValue() {
        counters.increment("expiring", "queries", 5);
        var key = Increment.of("expiring", "queries", 5).key(clock).key();
        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);

        usage.flushDirty();
        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);
        usage.search();

        assertThat(usage.redis.commands().ttl(key)).isBetween(604_700L, 604_800L);
        assertThat(usage.redis.commands().ttl("usage-mark:" + key.substring(6))).isBetween(604_700L, 604_800L);
    }

    @Test
    void anIncrementAfterTheFlushStopsTheTimeToLive() {
        counters.increment("revived", "queries", 5);
        usage.search();

        counters.increment("revived", "queries", 2);

        var key = Increment.of("revived", "queries", 5).key(clock).key();
        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);
        usage.flushDirty();
        assertThat(usage.total("revived")).isEqualTo(UsageFixture.of(7));
    }

    @Test
    void anIncrementOfACounterAtZeroStopsItsTimeToLiveToo() {
        var key = Increment.of("zero", "queries", 5).key(clock).key();
        usage.redis.commands().set(key, "0");
        usage.search();
        assertThat(usage.redis.commands().ttl(key)).isPositive();

        counters.increment("zero", "queries", 5);

        assertThat(usage.redis.commands().ttl(key)).isEqualTo(-1);
        usage.flushDirty();
        assertThat(usage.total("zero")).isEqualTo(UsageFixture.of(5));
    }

    @Test
    void aCounterThatExpiredKeepsItsTotalWhenALateEventCountsAgain() {
        usage.plainIncrement("usage:late:2025-11-01:queries", 100);
        usage.flushDay(DAY);
        expire("usage:late:2025-11-01:queries");

        usage.plainIncrement("usage:late:2025-11-01:queries", 150);
        usage.flushDay(DAY);
        usage.flushDay(DAY);

        assertThat(usage.total("late")).isEqualTo(UsageFixture.of(250));
    }

    /** Otherwise a plain increment after the last search of its life would expire with it. */
    @Test
    void aSearchDeletesACounterWhoseTimeToLiveIsAlmostUpUnlessItWasCountedOn() {
        var redis = usage.redis.commands();
        usage.plainIncrement("usage:almostup:2025-11-01:queries", 100);
        usage.plainIncrement("usage:almostup:2025-11-01:calls", 100);
        usage.search();
        redis.pexpire("usage:almostup:2025-11-01:queries", 600_000);
        redis.pexpire("usage:almostup:2025-11-01:calls", 600_000);
        usage.plainIncrement("usage:almostup:2025-11-01:calls", 1);

        usage.search();

        assertThat(redis.keys("usage*almostup*"))
                .containsExactlyInAnyOrder("usage:almostup:2025-11-01:calls", "usage-mark:almostup:2025-11-01:calls");
        assertThat(redis.ttl("usage:almostup:2025-11-01:calls")).isGreaterThan(604_700);
        usage.plainIncrement("usage:almostup:2025-11-01:queries", 7);
        usage.search();
        assertThat(usage.total("almostup")).isEqualTo(UsageFixture.of(208));
    }

    @Test
    void aCounterThatWasDeletedAndCountsAgainAddsToItsTotal() {
        counters.increment("deleted", "queries", 100);
        usage.flushDirty();
        var key = usage.redis.commands().keys("usage:deleted:*").get(0);
        usage.redis.commands().del(key);

        counters.increment("deleted", "queries", 150);
        usage.flushDirty();

        assertThat(usage.total("deleted")).isEqualTo(UsageFixture.of(250));
    }

    @Test
    void rollsHourlyCountersIntoTheirDay() {
        usage.plainIncrement("usage:hourly:2025-11-01T00:queries", 1);
        usage.plainIncrement("usage:hourly:2025-11-01T23:queries", 20);
        usage.plainIncrement("usage:hourly:2025-11-01:queries", 300);

        usage.flushDay(DAY);

        assertThat(usage.totals("hourly")).containsOnly(entry("2025-11-01 queries", UsageFixture.of(321)));
        assertThat(usage.jdbc
                        .sql("SELECT value FROM merchant_usage_hourly WHERE merchant_id = 'hourly' ORDER BY usage_hour")
                        .query(Long.class)
                        .list())
                .containsExactly(1L, 20L);
    }

    @Test
    void takesAMerchantInBracesForTheSameMerchant() {
        usage.plainIncrement("usage:braced:2025-11-01:queries", 1);
        usage.plainIncrement("usage:{braced}:2025-11-01:queries", 2);

        usage.flushDay(DAY);

        assertThat(usage.total("braced")).isEqualTo(UsageFixture.of(3));
    }

    @Test
    void addsUpByIsoWeekAndMonth() {
        usage.plainIncrement("usage:calendar:2025-12-31:queries", 1);
        usage.plainIncrement("usage:calendar:2026-01-01:queries", 2);
        usage.search();

        var weeks = usage.jdbc
                .sql("SELECT iso_week || ' ' || value FROM merchant_usage_weekly WHERE merchant_id = 'calendar'")
                .query(String.class)
                .list();
        var months = usage.jdbc
                .sql(
                        "SELECT month || ' ' || value FROM merchant_usage_monthly WHERE merchant_id = 'calendar' ORDER BY 1")
                .query(String.class)
                .list();

        assertThat(weeks).containsExactly("2026-W01 3");
        assertThat(months).containsExactly("2025-12-01 1", "2026-01-01 2");
    }

    @Test
    void flushesACounterAtTheGreatestValueExactly() {
        usage.plainIncrement("usage:full:2025-11-01:queries", Long.MAX_VALUE);
        usage.plainIncrement("usage:{full}:2025-11-01:queries", Long.MAX_VALUE);

        usage.flushDay(DAY);

        assertThat(usage.total("full"))
                .isEqualTo(UsageFixture.of(Long.MAX_VALUE).add(UsageFixture.of(Long.MAX_VALUE)));
    }

    @Test
    void setsBadKeysAsideAndResolvesThemOnceTheyAreGood() {
        var redis = usage.redis.commands();
        redis.hset("usage:badtype:2025-11-01:queries", "a", "1");
        redis.set("usage:badtext:2025-11-01:queries", "many");
        redis.set("usage:badnegative:2025-11-01:queries", "-4");
        redis.set("usage:badcolon:x:2025-11-01:queries", "1");
        usage.plainIncrement("usage:badneighbour:2025-11-01:queries", 9);

        var result = usage.flushDay(DAY);

        assertThat(result.errors()).isEqualTo(4);
        assertThat(usage.total("badneighbour")).isEqualTo(UsageFixture.of(9));
        assertThat(usage.unresolvedBadKeys("usage:bad")).hasSize(4);

        redis.del("usage:badtype:2025-11-01:queries", "usage:badcolon:x:2025-11-01:queries");
        redis.set("usage:badtext:2025-11-01:queries", "7");
        usage.flushDay(DAY);

        assertThat(usage.unresolvedBadKeys("usage:bad")).containsExactly("usage:badnegative:2025-11-01:queries");
        assertThat(usage.total("badtext")).isEqualTo(UsageFixture.of(7));
        assertThat(redis.ttl("usage:badnegative:2025-11-01:queries")).isEqualTo(-1);
    }

    @Test
    void leavesTheKeysOfOtherApplicationsAlone() {
        var redis = usage.redis.commands();
        redis.set("session:usage:abc", "x");
        redis.hset("usagelike", "a", "1");

        usage.search();

        assertThat(redis.get("session:usage:abc")).isEqualTo("x");
        assertThat(redis.ttl("session:usage:abc")).isEqualTo(-1);
        assertThat(usage.unresolvedBadKeys("usagelike")).isEmpty();
    }

    private String lastWrite(String merchant) {
        return usage.jdbc
                .sql("SELECT xmin || ' ' || xmax || ' ' || ctid FROM usage.counter WHERE merchant_id = :merchant")
                .param("merchant", merchant)
                .query(String.class)
                .single();
    }

    /** Lets the counter's time to live end now, and its mark's with it, as Redis does seven days after the flush. */
    private void expire(String key) {
        var redis = usage.redis.commands();
        redis.pexpire(key, 1);
        redis.pexpire("usage-mark:" + key.substring(6), 1);
        org.awaitility.Awaitility.await().until(() -> redis.exists(key, "usage-mark:" + key.substring(6)) == 0);
    }
}
