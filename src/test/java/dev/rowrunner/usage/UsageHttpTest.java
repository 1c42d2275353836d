package dev.rowrunner.usage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/** Usage metering as it is seen over HTTP. */
@RowrunnerTest
class UsageHttpTest {

    private record Answer(int status, Map<String, Object> body) {
        String text(String field) {
            return String.valueOf(body.get(field));
        }
    }

    @Autowired
    Api api;

    @Autowired
    UsageFixture usage;

    @Autowired
    RunDueJobs dueJobs;

    @Autowired
    SettableClock clock;

    @BeforeEach
    void clear() {
        usage.redis.commands().flushall();
        dueJobs.clear();
    }

    @Test
    void countsAndTellsTheTotalOnceItHasReachedPostgres() {
        assertThat(post("/api/usage/web1/queries", Map.of("by", 41)).body()).isEqualTo(Map.of("counted", true));
        assertThat(post("/api/usage/web1/queries", Map.of("by", 1)).status()).isEqualTo(200);

        usage.flushDirty();

        var answer = get("/api/usage/web1");
        assertThat(answer.body()).containsEntry("merchantId", "web1");
        assertThat(answer.body().get("usage"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("metric", "queries")
                .containsEntry("value", 42)
                .containsEntry("date", today().toString());
    }

    @Test
    void countsAnEventOnce() {
        var event = Map.of("by", 5, "eventId", "evt-1");

        assertThat(post("/api/usage/web2/queries", event).body()).isEqualTo(Map.of("counted", true));
        assertThat(post("/api/usage/web2/queries", event).body()).isEqualTo(Map.of("counted", false));

        usage.flushDirty();
        assertThat(usage.total("web2")).isEqualTo(BigDecimal.valueOf(5));
        var key = usage.redis.commands().keys("usage-event:web2:*").get(0);
        assertThat(usage.redis.commands().ttl(key)).isBetween(35 * 86_400L - 60, 35 * 86_400L);
    }

    @Test
    void countsForTheDayOfTheEvent() {
        var at = clock.instant().minus(Duration.ofDays(34));

        post("/api/usage/web3/queries", Map.of("by", 2, "at", at.toString()));
        usage.flushDirty();

        assertThat(usage.totals("web3")).containsOnlyKeys(LocalDate.ofInstant(at, ZoneOffset.UTC) + " queries");
    }

    @Test
    void countsInBulkAndTellsWhatCouldNotBeCounted() {
        usage.redis.commands().set("usage:web4full:" + today() + ":queries", Long.toString(Long.MAX_VALUE));
        var increments = List.of(
                Map.of("merchantId", "web4", "metric", "queries", "by", 3),
                Map.of("merchantId", "web4", "metric", "queries", "by", 4, "eventId", "a"),
                Map.of("merchantId", "web4", "metric", "queries", "by", 4, "eventId", "a"),
                Map.of("merchantId", "web4full", "metric", "queries", "by", 1));

        var answer = post("/api/usage", Map.of("increments", increments));

        assertThat(answer.body()).containsEntry("counted", 2).containsEntry("duplicates", 1);
        assertThat(answer.text("refused")).contains("index=3").contains("is full");
        usage.flushDirty();
        assertThat(usage.total("web4")).isEqualTo(BigDecimal.valueOf(7));
    }

    @Test
    void refusesABulkWholeWhenOneOfItIsOutOfBounds() {
        var increments = IntStream.range(0, 10)
                .mapToObj(i -> Map.of("merchantId", "web5", "metric", "queries", "by", i == 7 ? 0 : 1))
                .toList();

        var answer = post("/api/usage", Map.of("increments", increments));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).containsEntry("field", "[7].by");
        assertThat(usage.redis.commands().keys("usage:web5:*")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /api/usage/web6/queries    | {"by":0}                                          | by         | 1 to 1000000000000
                    /api/usage/web6/queries    | {"by":1000000000001}                              | by         | was 1000000000001
                    /api/usage/web6/queries    | {}                                                | by         | by is missing
                    /api/usage/web6/queries    | {"by":1.5}                                        | by         | 1.5
                    /api/usage/web6/queries    | {"by":1,"bye":2}                                  | bye        | bye
                    /api/usage/web6/que:ries   | {"by":1}                                          | metric     | letters, digits
                    /api/usage/we%20b6/queries | {"by":1}                                          | merchantId | 'we b6'
                    /api/usage/web6/queries    | {"by":1,"eventId":""}                             | eventId    | 1 to 200
                    /api/usage/web6/queries    | {"by":1,"at":"yesterday"}                         | at         | 'yesterday'
                    /api/usage/web6/queries    | {"by":1,"at":"2020-01-01T00:00:00Z"}              | at         | 35 days back
                    /api/usage/aggregate       | {"from":"2025-11-02","to":"2025-11-01"}           | to         | before from
                    /api/usage/aggregate       | {"date":"2025-02-30"}                             | date       | 2025-02-30
                    /api/usage/aggregate       | {"from":"2020-01-01","to":"2025-11-01"}           | from       | 366 days
                    /api/usage/aggregate       | {"to":"2025-11-01"}                               | from       | missing
                    /api/usage/aggregate       | {"date":"2025-11-01","from":"2025-11-01"}         | date       | exclude
                    """)
    void namesTheFieldAndTheBoundAndCountsNothing(String path, String body, @Nullable String field, String detail) {
        var answer = exchange("POST", path, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).containsEntry("field", field);
        assertThat(answer.text("detail")).contains(detail);
        assertThat(usage.redis.commands().keys("usage:*")).isEmpty();
        assertThat(dueJobs.waiting(AggregateDay.KIND)).isEmpty();
    }

    @Test
    void aTimeUpToFiveMinutesAheadIsTakenAndNoLater() {
        var soon = clock.instant().plus(Duration.ofMinutes(5));

        assertThat(post("/api/usage/web7/q", Map.of("by", 1, "at", soon.toString()))
                        .status())
                .isEqualTo(200);
        assertThat(post(
                                "/api/usage/web7/q",
                                Map.of("by", 1, "at", soon.plusMillis(1).toString()))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aCounterThatIsNoneIsAConflict() {
        usage.redis.commands().hset("usage:web8:" + today() + ":queries", "a", "b");

        var answer = post("/api/usage/web8/queries", Map.of("by", 1));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("something other than a counter");
    }

    @Test
    void aggregatesOnRequestInAJob() {
        usage.plainIncrement("usage:web9:2025-11-01:queries", 8);
        usage.plainIncrement("usage:web9:2025-11-02:queries", 9);

        var answer = post("/api/usage/aggregate", Map.of("from", "2025-11-01", "to", "2025-11-02"));
        dueJobs.run();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body().get("jobIds"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2);
        assertThat(usage.total("web9")).isEqualTo(BigDecimal.valueOf(17));
        assertThat(usage.jdbc
                        .sql("SELECT job_id::text FROM usage_aggregation_runs WHERE usage_date = '2025-11-01'"
                                + " ORDER BY id DESC LIMIT 1")
                        .query(String.class)
                        .single())
                .isEqualTo(answer.body().get("jobId"));
    }

    @Test
    void aggregatesYesterdayUnlessToldOtherwise() {
        exchange("POST", "/api/usage/aggregate", null);

        assertThat(dueJobs.waiting(AggregateDay.KIND))
                .containsExactly(new AggregateDay.Args(today().minusDays(1), null));
    }

    @Test
    void tellsHowFarADayHasCome() {
        usage.plainIncrement("usage:web10:2024-05-05:queries", 8);
        usage.flushDay(LocalDate.of(2024, 5, 5));
        usage.plainIncrement("usage:web10:2024-05-05:calls", 1);

        var status = get("/api/usage/status/2024-05-05");

        assertThat(status.body()).containsEntry("keysInRedis", 2).containsEntry("badKeys", 0);
        assertThat(status.text("totals")).contains("metric=queries").contains("value=8");
        assertThat(status.text("lastRun")).contains("rowsChanged=1");
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private Answer post(String path, Object body) {
        return exchange("POST", path, body);
    }

    private Answer get(String path) {
        var result = api.as(Role.VIEWER)
                .get()
                .uri(URI.create("http://127.0.0.1:" + api.port() + path))
                .exchange()
                .returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        return new Answer(result.getStatus().value(), requireNonNull(result.getResponseBody()));
    }

    private Answer exchange(String method, String path, @Nullable Object body) {
        var request = api.as(Role.OPERATOR)
                .method(HttpMethod.valueOf(method))
                .uri(URI.create("http://127.0.0.1:" + api.port() + path));
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var result = request.exchange().returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        return new Answer(result.getStatus().value(), requireNonNull(result.getResponseBody()));
    }
}
