package dev.rowrunner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.util.unit.DataSize;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

@RowrunnerTest
class RateLimitsTest {

    private static final Rate FIVE_AN_HOUR = new Rate(5, Duration.ofHours(1));

    @Autowired
    Api api;

    @Autowired
    CountedCalls calls;

    @Autowired
    CountedCallsOfTests counted;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    ObjectProvider<RequestMappingHandlerMapping> mapping;

    @BeforeEach
    void forget() {
        counted.forget();
    }

    @Test
    void letsFiveInAndAnswersTheSixthWithTheTimeToWait() {
        var first = call(Role.OPERATOR);
        var rest = statuses(Role.OPERATOR, 4);

        var sixth = call(Role.OPERATOR);

        assertThat(first.getResponseHeaders().getFirst("RateLimit-Policy")).isEqualTo("\"probe.limited\";q=5;w=3600");
        assertThat(first.getResponseHeaders().getFirst("RateLimit")).isEqualTo("\"probe.limited\";r=4;t=3600");
        assertThat(rest).containsOnly(200);
        assertThat(sixth.getStatus().value()).isEqualTo(429);
        assertThat(seconds(sixth)).isBetween(3590L, 3600L);
        assertThat(sixth.getResponseHeaders().getFirst("RateLimit")).startsWith("\"probe.limited\";r=0;t=3");
        assertThat(sixth.getResponseHeaders().getContentType()).hasToString("application/problem+json");
        assertThat(sixth.getResponseBody())
                .contains(
                        "Each caller may do this 5 times in any 1h. Try again in ",
                        "rowrunner.http.rate-limits[probe.limited]");
    }

    @Test
    void countsEachCallerForItself() {
        statuses(Role.OPERATOR, 6);

        assertThat(statuses(Role.ADMIN, 6)).containsExactly(200, 200, 200, 200, 200, 429);
    }

    @Test
    void countsNoCallThatWasRefused() {
        statuses(Role.OPERATOR, 20);

        counted.letPass(Duration.ofHours(1));

        assertThat(statuses(Role.OPERATOR, 6)).containsExactly(200, 200, 200, 200, 200, 429);
    }

    /** A window that begins anew at the full hour, or a bucket that fills meanwhile, would let more in. */
    @Test
    void letsNoMoreThanFiveInWithinAnyHour() {
        statuses(Role.OPERATOR, 1);
        counted.letPass(Duration.ofMinutes(50));
        assertThat(statuses(Role.OPERATOR, 5)).containsExactly(200, 200, 200, 200, 429);

        counted.letPass(Duration.ofMinutes(10));

        assertThat(statuses(Role.OPERATOR, 2)).containsExactly(200, 429);
        assertThat(seconds(call(Role.OPERATOR))).isBetween(2990L, 3000L);
    }

    @Test
    void countsTogetherWhatComesAtOnceThroughSeveralProcesses() {
        var admitted = IntStream.range(0, 40)
                .mapToObj(n -> CompletableFuture.supplyAsync(
                        () -> calls.take("crowd", "probe.limited", FIVE_AN_HOUR).isPresent()))
                .toList()
                .stream()
                .filter(CompletableFuture::join)
                .count();

        assertThat(admitted).isEqualTo(5);
    }

    @Test
    void deletesTheRowsInWhichNoCallCountsAnyMore() {
        IntStream.range(0, 8).forEach(n -> calls.take("idle-" + n, "probe.limited", FIVE_AN_HOUR));
        counted.letPass(Duration.ofHours(1));

        calls.take("busy", "probe.limited", FIVE_AN_HOUR);

        assertThat(counted.callers()).containsExactly("busy");
    }

    @Test
    void takesALowerRateFromConfigurationAtOnce() {
        IntStream.range(0, 5).forEach(n -> calls.take("lowered", "probe.limited", FIVE_AN_HOUR));
        counted.letPass(Duration.ofMinutes(30));
        var lowered = new Rate(2, Duration.ofHours(1));

        assertThat(calls.take("lowered", "probe.limited", lowered)).isEmpty();
        assertThat(calls.secondsUntilNext("lowered", "probe.limited", lowered)).isBetween(1790L, 1800L);
    }

    @Test
    void stopsTheStartAtALimitThatNoEndpointHas() {
        assertThatIllegalArgumentException()
                .isThrownBy(limits("probe.unlimited", "5/1h")::afterSingletonsInstantiated)
                .withMessage("rowrunner.http.rate-limits[probe.unlimited] is the limit of no endpoint; there are"
                        + " [probe.limited, probe.limited-otherwise]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5/", "/1h", "0/1h", "1001/1h", "5/1ms", "5/32d", "five/1h", "5/1h/1h", "5/soon"})
    void stopsTheStartAtARateThatIsNone(String rate) {
        assertThatIllegalArgumentException()
                .isThrownBy(limits("probe.limited", rate)::afterSingletonsInstantiated)
                .withMessageStartingWith("rowrunner.http.rate-limits[probe.limited] is wrong: ");
    }

    private RateLimits limits(String name, String rate) {
        return new RateLimits(new HttpProperties(DataSize.ofMegabytes(1), Map.of(name, rate)), mapping);
    }

    private List<Integer> statuses(Role role, int times) {
        return Stream.generate(() -> call(role).getStatus().value())
                .limit(times)
                .toList();
    }

    private EntityExchangeResult<String> call(Role role) {
        return api.as(role)
                .post()
                .uri("/probe/limited")
                .exchange()
                .expectBody(String.class)
                .returnResult();
    }

    private static long seconds(EntityExchangeResult<String> refused) {
        return Long.parseLong(String.valueOf(refused.getResponseHeaders().getFirst("Retry-After")));
    }
}
