package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;

/** What is counted, what is refused, and what is neither since Redis can't. */
@RowrunnerTest
class CountingTest {

    @Autowired
    UsageCounters counters;

    @Autowired
    UsageFixture usage;

    @Autowired
    SettableClock clock;

    @Autowired
    Api api;

    @BeforeEach
    @AfterEach
    void clearRedis() {
        usage.redis.commands().configSet("maxmemory", "0");
        usage.redis.commands().flushall();
    }

    @Test
    void countsABulkOfTenThousandToTheUnit() {
        var increments = IntStream.range(0, UsageCounters.MOST_IN_BULK)
                .mapToObj(i -> new Increment("bulk" + i % 7, "queries", 1 + i % 3, "event" + i % 9_000, null))
                .toList();

        var outcomes = counters.incrementAll(increments);
        usage.flushDirty();

        assertThat(outcomes.stream().filter(UsageCounters.Duplicate.class::isInstance))
                .hasSize(duplicates());
        long expected = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            expected += outcomes.get(i) instanceof UsageCounters.Counted
                    ? increments.get(i).by()
                    : 0;
        }
        long total = IntStream.range(0, 7)
                .mapToLong(i -> usage.total("bulk" + i).longValueExact())
                .sum();
        assertThat(total).isEqualTo(expected);
    }

    /** Event ids repeat after 9,000, and 9,000 is no multiple of the 7 merchants: few pairs are the same merchant's. */
    private static int duplicates() {
        return (int) IntStream.range(9_000, 10_000)
                .filter(i -> i % 7 == (i - 9_000) % 7)
                .count();
    }

    @Test
    void countsNamesAtTheirLimits() {
        var longest = "M" + "._-9".repeat(24) + "xyz";
        assertThat(longest).hasSize(100);

        counters.increment(longest, longest, Increment.MOST, "!" + "~".repeat(199), null);
        usage.search();

        assertThat(usage.total(longest)).isEqualTo(UsageFixture.of(Increment.MOST));
    }

    @Test
    void anEventCountsOnceFor35Days() {
        assertThat(counters.increment("once", "queries", 5, "e1", null)).isInstanceOf(UsageCounters.Counted.class);
        assertThat(counters.increment(
                        "once", "queries", 5, "e1", clock.instant().minus(Duration.ofDays(34))))
                .isInstanceOf(UsageCounters.Duplicate.class);

        assertThat(usage.redis.commands().ttl("usage-event:once:queries:e1"))
                .isBetween(
                        Duration.ofDays(35).toSeconds() - 5, Duration.ofDays(35).toSeconds());
    }

    @Test
    void aRedisThatIsFullIsUnavailableAndCountsNothing() {
        counters.increment("outofmemory", "queries", 1);
        usage.redis.commands().configSet("maxmemory", "1");

        assertThatThrownBy(() -> counters.increment("outofmemory", "queries", 5, "e1", null))
                .isInstanceOf(CountersUnavailable.class)
                .hasMessageContaining("maxmemory");
        usage.redis.commands().configSet("maxmemory", "0");
        assertThat(counters.increment("outofmemory", "queries", 5, "e1", null))
                .isInstanceOf(UsageCounters.Counted.class);
        usage.flushDirty();

        assertThat(usage.total("outofmemory")).isEqualTo(UsageFixture.of(6));
    }

    @Test
    void aReplicaIsUnavailable() {
        usage.redis.commands().replicaof("127.0.0.1", 1);
        try {
            assertThatThrownBy(() -> counters.increment("replica", "queries", 5))
                    .isInstanceOf(CountersUnavailable.class);
        } finally {
            usage.redis.commands().replicaofNoOne();
        }
    }

    @Test
    void aFullCounterAndAForeignTypeAreRefusedAndTheOthersCount() {
        var day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        usage.plainIncrement("usage:refused:" + day + ":full", Long.MAX_VALUE);
        usage.redis.commands().hset("usage:refused:" + day + ":hash", "a", "1");
        usage.redis.commands().set("usage:refused:" + day + ":text", "many");

        var outcomes = counters.incrementAll(List.of(
                Increment.of("refused", "full", 1),
                Increment.of("refused", "hash", 1),
                Increment.of("refused", "text", 1),
                Increment.of("refused", "good", 1)));

        assertThat(outcomes.subList(0, 3)).allMatch(UsageCounters.Refused.class::isInstance);
        assertThat(outcomes.get(3)).isEqualTo(UsageCounters.Outcome.COUNTED);
    }

    @Test
    void aNullInABulkListIsRefusedByItsIndex() {
        post("/api/usage", "{\"increments\":[{\"merchantId\":\"a\",\"metric\":\"b\",\"by\":1},null]}", 400, "[1]");
    }

    @Test
    void refusesWhatIsOutOfBoundsWithTheFieldsName() {
        post("/api/usage/acme/queries", "{\"by\":0}", 400, "by");
        post("/api/usage/acme/queries", "{\"by\":1000000000001}", 400, "by");
        post("/api/usage/acme/queries", "{\"by\":99999999999999999999999}", 400, "by");
        post("/api/usage/acme/queries", "{\"by\":1.5}", 400, "by");
        post("/api/usage/acme/queries", "{\"by\":null}", 400, "by");
        post("/api/usage/acme/queries", "{\"by\":1,\"eventId\":\"\"}", 400, "eventId");
        post("/api/usage/acme/queries", "{\"by\":1,\"eventId\":\"a\\u0000b\"}", 400, "eventId");
        post("/api/usage/acme/queries", "{\"by\":1,\"at\":\"" + clock.instant().plusSeconds(301) + "\"}", 400, "at");
        post("/api/usage/acme/queries", "{\"by\":1,\"at\":\"+1000000000-12-31T23:59:59Z\"}", 400, "at");
        post("/api/usage/acme/queries", "{\"by\":1,\"at\":\"yesterday\"}", 400, "at");
        post("/api/usage/-acme/queries", "{\"by\":1}", 400, "merchantId");
        post("/api/usage/ac*e/queries", "{\"by\":1}", 400, "merchantId");
        post("/api/usage/acme/" + "q".repeat(101), "{\"by\":1}", 400, "metric");
        assertThat(usage.redis.commands().keys("usage*")).isEmpty();
    }

    @Test
    void refusesDatesThatPostgresDoesNotHave() {
        get("/api/usage/acme?from=%2B999999999-12-01&to=%2B999999999-12-31", 400);
        get("/api/usage/status/%2B999999999-12-31", 400);
        get("/api/usage/status/-0001-12-31", 400);
        post("/api/usage/aggregate", "{\"date\":\"+999999999-12-31\"}", 400, "date");
    }

    private void get(String path, int status) {
        api.as(Role.ADMIN)
                .get()
                .uri(URI.create("http://127.0.0.1:" + api.port() + path))
                .exchange()
                .expectStatus()
                .isEqualTo(status);
    }

    private void post(String path, String body, int status, String named) {
        var answer = api.as(Role.ADMIN)
                .post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        assertThat(answer).as(path + " " + body).contains(named);
    }
}
