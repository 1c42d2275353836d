package dev.rowrunner.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What a caller is told when a request can't be served. */
@RowrunnerTest
class ProblemsTest {

    private record Problem(int status, HttpHeaders headers, Map<String, Object> body) {
        String detail() {
            return String.valueOf(body.get("detail"));
        }
    }

    @Autowired
    Api api;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"metric":"calls","by":0}                           | by             | by must be greater than or equal to 1, was 0.
            {"metric":"calls","by":1001}                        | by             | by must be less than or equal to 1000, was 1001.
            {"metric":"CALLS","by":1}                           | metric         | metric must be lower-case letters, was 'CALLS'.
            {"by":1}                                            | metric         | metric must not be null.
            {"metric":"calls","by":1,"bye":2}                   | bye            | bye is no field of this request; the fields are apiPassword, at, by, metric, span, unit.
            {"metric":"calls"}                                  | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807.
            {"metric":"calls","by":"many"}                      | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807, was 'many'.
            {"metric":"calls","by":1.5}                         | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807, was 1.5.
            {"metric":"calls","by":99999999999999999999}        | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807, was 99999999999999999999.
            {"metric":"calls","by":""}                          | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807.
            {"metric":"calls","by":[1]}                         | by             | by must be a whole number from -9223372036854775808 to 9223372036854775807.
            {"metric":"calls","by":1,"at":"noon"}               | at             | at must be an instant such as 2026-01-31T10:00:00Z, was 'noon'.
            {"metric":"calls","by":1,"unit":"MILES"}            | unit           | unit must be one of CALLS, BYTES, was 'MILES'.
            {"metric":"calls","by":1,"span":{"from":"x"}}       | span.from      | span.from must be a date such as 2026-01-31, was 'x'.
            {"metric":"calls","by":1,"span":3}                  | span           | span must be an object.
            {"metric":"calls","by":1,"span":{"from":"2026-01-02","to":"2026-01-01"}} | span | span can't be taken: to must not be before from, was 2026-01-01 before 2026-01-02.
            {"metric":"calls","by":1,"apiPassword":4711}        | apiPassword    | apiPassword must be greater than or equal to 100000, was a secret that is not shown.
            {"metric":"calls","by":                             |                | The body is not JSON: see line 1, column 24.
            {"metric":"calls","by":1} and more                  |                | The body is not JSON: see line 1, column 27.
            [1]                                                 |                | The body must be an object.
            """)
    void namesTheFieldOfABodyItsBoundAndItsValue(String body, @Nullable String field, String detail) {
        var problem = post("/probe/increment", body);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).isEqualTo(detail);
        assertThat(problem.body().get("field")).isEqualTo(field);
    }

    @Test
    void listsEveryFieldWhenSeveralAreBad() {
        var problem = post("/probe/increments", """
                {"increments":[{"metric":"calls","by":1},{"metric":"UP","by":1},{"metric":"calls","by":0}]}""");

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.body().get("errors"))
                .asInstanceOf(LIST)
                .containsExactlyInAnyOrder(
                        Map.of(
                                "field", "increments[1].metric",
                                "detail", "increments[1].metric must be lower-case letters, was 'UP'"),
                        Map.of(
                                "field", "increments[2].by",
                                "detail", "increments[2].by must be greater than or equal to 1, was 0"));
    }

    @Test
    void namesTheElementOfABodyThatIsAList() {
        var problem = post("/probe/list", """
                [{"metric":"calls","by":1},{"metric":"calls","by":0}]""");

        assertThat(problem.detail()).isEqualTo("[1].by must be greater than or equal to 1, was 0.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /probe/days/yesterday?limit=1   | date  | date must be a date such as 2026-01-31, was 'yesterday'.
            /probe/days/2026-02-30?limit=1  | date  | date must be a date such as 2026-01-31, was '2026-02-30'.
            /probe/days/2026-01-31?limit=x  | limit | limit must be a whole number from -2147483648 to 2147483647, was 'x'.
            /probe/days/2026-01-31?limit=11 | limit | limit must be less than or equal to 10, was 11.
            /probe/days/2026-01-31          | limit | limit is missing; it must be a whole number from -2147483648 to 2147483647.
            """)
    void namesTheParameterItsBoundAndItsValue(String path, String field, String detail) {
        var problem = get(path);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).isEqualTo(detail);
        assertThat(problem.body().get("field")).isEqualTo(field);
    }

    @Test
    void saysInEnglishWhatABrowserAsksForInAnotherLanguage() {
        var problem = problem(api.as(Role.OPERATOR)
                .post()
                .uri("/probe/increment")
                .header(HttpHeaders.ACCEPT_LANGUAGE, "de")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"metric\":\"calls\",\"by\":0}"));

        assertThat(problem.detail()).isEqualTo("by must be greater than or equal to 1, was 0.");
    }

    @Test
    void asksForATokenAndSaysHowToGetOne() {
        var problem = problem(api.withoutToken().get().uri("/probe"));

        assertThat(problem.status()).isEqualTo(401);
        assertThat(problem.detail()).contains("Authorization: Bearer rr_...", "token create NAME");
        assertThat(problem.headers().getFirst(HttpHeaders.WWW_AUTHENTICATE)).isEqualTo("Bearer realm=\"rowrunner\"");
    }

    @Test
    void refusesAWrongTokenWithoutRepeatingIt() {
        var wrong = Secret.random().reveal();

        var problem = problem(api.withToken(wrong).get().uri("/probe"));

        assertThat(problem.status()).isEqualTo(401);
        assertThat(problem.detail())
                .startsWith("This token is unknown or revoked.")
                .doesNotContain(wrong);
        assertThat(problem.headers().getFirst(HttpHeaders.WWW_AUTHENTICATE)).contains("error=\"invalid_token\"");
    }

    @Test
    void saysWhoMayNotDoWhatAndWhatWouldHelp() {
        var byRule = problem(api.as(Role.VIEWER).post().uri("/probe"));
        var byAnnotation = problem(api.as(Role.OPERATOR).get().uri("/probe/admin"));

        assertThat(byRule.status()).isEqualTo(403);
        assertThat(byRule.detail())
                .startsWith("Token 'test-viewer' with role viewer may not POST /probe.")
                .contains("token create NAME --role");
        assertThat(byAnnotation.status()).isEqualTo(403);
        assertThat(byAnnotation.detail())
                .startsWith("Token 'test-operator' with role operator may not GET /probe/admin.");
    }

    @Test
    void saysThatNothingIsThere() {
        var problem = get("/no/such/path");

        assertThat(problem.status()).isEqualTo(404);
        assertThat(problem.detail()).isEqualTo("There is nothing at /no/such/path.");
    }

    @Test
    void namesTheMethodsThatWouldWork() {
        var problem = problem(api.as(Role.OPERATOR).delete().uri("/probe"));

        assertThat(problem.status()).isEqualTo(405);
        assertThat(problem.detail()).isEqualTo("Method 'DELETE' is not supported.");
        assertThat(problem.headers().getAllow()).contains(HttpMethod.GET, HttpMethod.POST);
    }

    @Test
    void namesTheMediaTypesThatWouldWork() {
        var problem = problem(api.as(Role.OPERATOR)
                .post()
                .uri("/probe/increment")
                .contentType(MediaType.TEXT_PLAIN)
                .body("by=1"));

        assertThat(problem.status()).isEqualTo(415);
        assertThat(problem.detail()).isEqualTo("Content-Type 'text/plain' is not supported.");
        assertThat(problem.headers().getAccept()).contains(MediaType.APPLICATION_JSON);
    }

    @Test
    void answersAProblemEvenToACallerThatAsksForSomethingElse() {
        var notAcceptable =
                problem(api.as(Role.VIEWER).get().uri("/actuator/info").accept(MediaType.parseMediaType("text/csv")));
        var nothingThere =
                problem(api.as(Role.VIEWER).get().uri("/no/such/path").accept(MediaType.TEXT_HTML));
        var notSignedIn = problem(api.withoutToken().get().uri("/probe").accept(MediaType.TEXT_HTML));

        assertThat(notAcceptable.status()).isEqualTo(406);
        assertThat(nothingThere.status()).isEqualTo(404);
        assertThat(notSignedIn.status()).isEqualTo(401);
    }

    @Test
    void saysThatABodyIsMissing() {
        var problem =
                problem(api.as(Role.OPERATOR).post().uri("/probe/increment").contentType(MediaType.APPLICATION_JSON));

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).isEqualTo("The body is missing.");
    }

    @Test
    void refusesABodyOverTheBoundWhetherItsLengthIsDeclaredOrNot() {
        var body = " ".repeat(1024 * 1024) + "{\"metric\":\"calls\",\"by\":1}";

        var declared = post("/probe/increment", body);
        var chunked = problem(api.as(Role.OPERATOR)
                .post()
                .uri("/probe/increment")
                .contentType(MediaType.APPLICATION_JSON)
                .body(new InputStreamResource(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)))));

        assertThat(declared.status()).isEqualTo(413);
        assertThat(declared.detail()).contains("1048576 bytes", "rowrunner.http.max-body-size");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(chunked.detail()).isEqualTo(declared.detail());
    }

    @Test
    void passesOnAFamilysOwnProblemWithItsRetryAfter() {
        var problem = get("/probe/busy");

        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.detail()).isEqualTo("Redis does not answer.");
        assertThat(problem.headers().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("7");
    }

    @Test
    void asksTheCallerToComeBackWhenTheDatabaseIsAway() {
        var problem = get("/probe/away");

        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.detail()).startsWith("The database does not answer.").doesNotContain("hunter2");
        assertThat(problem.headers().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("5");
    }

    @Test
    void tellsNothingOfAFailureButTheNumberItIsLoggedUnder() {
        var problem = get("/probe/failure");

        assertThat(problem.status()).isEqualTo(500);
        assertThat(problem.body()).containsOnlyKeys("title", "status", "detail", "instance", "number");
        assertThat(problem.body().toString()).doesNotContain("SELECT", "hunter2", "Exception", "dev.rowrunner");
    }

    @Test
    void answersAProblemToAUrlThatIsNone() throws IOException {
        var answer = raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("Content-Type: application/problem+json", "\"status\":400")
                .doesNotContain("<html", "Tomcat");
    }

    @Test
    void answersAProblemToAUrlThatTheFirewallRefuses() throws IOException {
        var answer = raw("GET /probe/;a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("Content-Type: application/problem+json");
    }

    private Problem get(String path) {
        return problem(api.as(Role.VIEWER).get().uri(path));
    }

    private Problem post(String path, String body) {
        return problem(api.as(Role.OPERATOR)
                .post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body));
    }

    private static Problem problem(RestTestClient.RequestHeadersSpec<?> request) {
        var answer = request.exchange()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        var problem = new Problem(
                answer.getStatus().value(), answer.getResponseHeaders(), requireNonNull(answer.getResponseBody()));
        assertThat(problem.body()).containsEntry("status", problem.status()).containsKey("title");
        return problem;
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
