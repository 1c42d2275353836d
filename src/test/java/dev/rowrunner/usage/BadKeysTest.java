package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Keys under {@code usage:} that no sane program writes never stop the counters beside them. */
@RowrunnerTest
class BadKeysTest {

    @Autowired
    UsageFixture usage;

    @Autowired
    BadKeys badKeys;

    @Autowired
    SettableClock clock;

    @BeforeEach
    @AfterEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    @Test
    void aKeyTooLongForAnIndexIsSetAsideAndResolvedOnceItIsGone() {
        var text = IntStream.range(0, 2_000)
                .mapToObj(i -> Integer.toHexString(i * 31_337))
                .collect(Collectors.joining());
        usage.redis.commands().set("usage:longkey" + text, "1");
        usage.plainIncrement("usage:besidelong:2025-11-01:queries", 9);

        usage.search();

        assertThat(usage.total("besidelong")).isEqualTo(UsageFixture.of(9));
        assertThat(usage.unresolvedBadKeys("usage:longkey")).hasSize(1);
        usage.redis.commands().del("usage:longkey" + text);
        clock.advance(Duration.ofSeconds(1));
        usage.search();
        assertThat(usage.unresolvedBadKeys("usage:longkey")).isEmpty();
    }

    @Test
    void keysThatLookAlikeInPostgresAreOneBadKeyThatStaysUnresolved() {
        setBytes("usage:alike\0x");
        setBytes("usage:alike\uFFFDx");
        usage.plainIncrement("usage:besidealike:2025-11-01:queries", 9);

        usage.search();

        assertThat(usage.total("besidealike")).isEqualTo(UsageFixture.of(9));
        assertThat(usage.unresolvedBadKeys("usage:alike")).hasSize(1);
    }

    @Test
    void aKeyOfBytesThatAreNoTextStaysUnresolvedUntilItIsGone() {
        setBytes("usage:\0nul");

        usage.search();
        assertThat(usage.unresolvedBadKeys("usage:\uFFFDnul")).hasSize(1);
        usage.redis.commands().flushall();
        clock.advance(Duration.ofSeconds(1));
        usage.search();

        assertThat(usage.unresolvedBadKeys("usage:\uFFFDnul")).isEmpty();
    }

    @Test
    void aDayOfTheYearZeroIsABadKey() {
        usage.plainIncrement("usage:yearzero:0000-01-01:queries", 1);
        IntStream.range(0, 20).forEach(i -> usage.plainIncrement("usage:besidezero" + i + ":2025-11-01:queries", 9));

        usage.search();

        assertThat(usage.unresolvedBadKeys("yearzero")).hasSize(1);
        IntStream.range(0, 20)
                .forEach(i -> assertThat(usage.total("besidezero" + i)).isEqualTo(UsageFixture.of(9)));
    }

    @Test
    void tenThousandBadKeysAreSetAsideAndResolved() {
        var redis = usage.redis.commands();
        redis.mset(IntStream.range(0, 10_000).boxed().collect(Collectors.toMap(i -> "usage:masses:" + i, i -> "1")));
        usage.plainIncrement("usage:besidemasses:2025-11-01:queries", 9);

        var result = usage.search();

        assertThat(result.errors()).isEqualTo(10_000);
        assertThat(usage.total("besidemasses")).isEqualTo(UsageFixture.of(9));
        assertThat(usage.unresolvedBadKeys("usage:masses:")).hasSize(10_000);
        redis.flushall();
        usage.search();
        assertThat(usage.unresolvedBadKeys("usage:masses:")).isEmpty();
    }

    @Test
    void twoSearchesThatMeetTheSameBadKeysInAnotherOrderDoNotLockEachOtherOut() throws Exception {
        var keys = IntStream.range(0, 1_000).mapToObj(i -> "usage:locked:" + i).toList();
        var backwards = new ArrayList<>(keys);
        Collections.reverse(backwards);
        var threads = Executors.newFixedThreadPool(2);

        var one = threads.submit(() -> recordTenTimes(keys));
        var other = threads.submit(() -> recordTenTimes(backwards));

        one.get();
        other.get();
        threads.shutdown();
        assertThat(usage.unresolvedBadKeys("usage:locked:")).hasSize(1_000);
        badKeys.resolve(keys);
    }

    private void recordTenTimes(List<String> keys) {
        Map<String, String> reasons = new LinkedHashMap<>();
        keys.forEach(key -> reasons.put(key, "is a test"));
        IntStream.range(0, 10).forEach(i -> badKeys.record(reasons));
    }

    @Test
    void leavesAHundredThousandKeysOfOtherApplicationsAlone() {
        var redis = usage.redis.commands();
        IntStream.range(0, 10)
                .forEach(part -> redis.mset(IntStream.range(0, 10_000)
                        .boxed()
                        .collect(Collectors.toMap(i -> "other:usage:" + part + ":" + i, i -> "17"))));
        usage.plainIncrement("usage:amongmany:2025-11-01:queries", 9);

        var result = usage.search();

        assertThat(result.keysSeen()).isEqualTo(1);
        assertThat(result.errors()).isZero();
        assertThat(usage.total("amongmany")).isEqualTo(UsageFixture.of(9));
        assertThat(redis.keys("other:usage:*")).hasSize(100_000);
        assertThat(redis.ttl("other:usage:3:5000")).isEqualTo(-1);
        assertThat(redis.get("other:usage:3:5000")).isEqualTo("17");
    }

    private void setBytes(String key) {
        usage.redis.commands().set(key, "1");
    }
}
