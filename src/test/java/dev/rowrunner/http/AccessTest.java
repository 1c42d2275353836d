package dev.rowrunner.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import dev.rowrunner.testing.TestJwts;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** Who may do what, of every endpoint that is mapped. An endpoint that comes new adds its line to {@link #TABLE}. */
@RowrunnerTest
class AccessTest {

    /**
     * An endpoint; what an empty request of a caller who may call it is answered; the least role, where it is another than
     * viewer for GET and operator for the rest; {@code bound} if callers bound to a tenant may call it too; {@code keyed} if it
     * refuses a stranger itself, since another key than a token opens it.
     */
    private static final String TABLE = """
            GET    /actuator/health                    | 200/503 | public
            GET    /actuator/health/liveness           | 200 | public
            GET    /actuator/health/readiness          | 200 | public
            GET    /actuator/health/**                 | 404
            GET    /actuator/info                      | 200
            GET    /actuator/prometheus                | 200
            POST   /Consent/Notification               | 401 | public
            POST   /FI/Notification                    | 401 | public
            GET    /api/accounts/consents              | 200
            POST   /api/accounts/consents              | 400
            GET    /api/accounts/consents/{id}         | 400
            POST   /api/accounts/consents/{id}/revoke  | 400
            POST   /api/admin/aa/enqueue-sync          | 400
            DELETE /api/admin/aa/queue/clear           | 409 | admin
            GET    /api/admin/aa/queue/status          | 200
            POST   /api/admin/aa/scheduler/trigger     | 202
            GET    /api/admin/aa/scheduler/stats       | 200
            GET    /api/admin/aa/worker/stats          | 200
            GET    /api/audit                          | 200 | admin
            GET    /api/dead-letters                   | 200 | bound
            GET    /api/dead-letters/{id}              | 400 | bound
            POST   /api/dead-letters/discard           | 400 | bound
            POST   /api/dead-letters/requeue           | 400 | bound
            POST   /api/dead-letters/{id}/discard      | 400 | bound
            POST   /api/dead-letters/{id}/requeue      | 400 | bound
            GET    /api/jobs                           | 200 | bound
            POST   /api/jobs                           | 400 | bound
            GET    /api/jobs/{id}                      | 400 | bound
            DELETE /api/jobs/{id}                      | 400 | bound
            POST   /api/jobs/{id}/requeue              | 400 | bound
            GET    /api/jobs/{id}/why                  | 400 | bound
            GET    /api/openapi                        | 200 | bound
            GET    /api/receipts                       | 200
            GET    /api/receipts/connections           | 200 | operator
            POST   /api/receipts/connections           | 400
            DELETE /api/receipts/connections/{business} | 404
            GET    /api/receipts/export                | 200
            GET    /api/receipts/queue/diagnostics     | 200 | admin | keyed
            POST   /api/receipts/sync                  | 400
            GET    /api/queues                         | 200
            GET    /api/queues/{name}                  | 404
            PUT    /api/queues/{name}                  | 400 | bound
            PATCH  /api/queues/{name}                  | 400 | bound
            POST   /api/queues/{name}/pause            | 404
            POST   /api/queues/{name}/resume           | 404
            GET    /api/schedules                      | 200
            GET    /api/schedules/preview              | 400
            GET    /api/schedules/{id}                 | 404
            PUT    /api/schedules/{id}                 | 400
            DELETE /api/schedules/{id}                 | 404
            GET    /api/schedules/{id}/next            | 404
            POST   /api/schedules/{id}/pause           | 404
            POST   /api/schedules/{id}/reset           | 404
            POST   /api/schedules/{id}/resume          | 404
            GET    /api/schedules/{id}/runs            | 200
            POST   /api/schedules/{id}/trigger         | 404
            GET    /api/workers                        | 200
            GET    /docs                               | 200 | bound
            GET    /error                              | 404
            POST   /error                              | 404
            POST   /api/usage                          | 400
            POST   /api/usage/{merchantId}/{metric}    | 400
            GET    /api/usage/{merchantId}             | 200
            GET    /api/usage/status/{date}            | 400
            POST   /api/usage/aggregate                | 202
            GET    /probe                              | 200
            POST   /probe                              | 200
            GET    /probe/admin                        | 200 | admin
            GET    /probe/away                         | 503
            GET    /probe/busy                         | 503
            GET    /probe/caller                       | 200 | bound
            GET    /probe/days/{date}                  | 400
            GET    /probe/failure                      | 500
            POST   /probe/increment                    | 400
            POST   /probe/increments                   | 400
            POST   /probe/limited                      | 200
            POST   /probe/limited-otherwise            | 200
            POST   /probe/list                         | 400
            GET    /probe/nothing-of-tenants           | 200 | bound
            POST   /probe/sign                         | 200
            """;

    /** One line of the table. */
    private record Line(Endpoint endpoint, List<Integer> answers, List<String> marks) {

        static Line parse(String text) {
            var columns = Arrays.stream(text.split("\\|")).map(String::strip).toList();
            var endpoint = columns.get(0).split(" +");
            return new Line(
                    new Endpoint(HttpMethod.valueOf(endpoint[0]), endpoint[1]),
                    Arrays.stream(columns.get(1).split("/"))
                            .map(Integer::valueOf)
                            .toList(),
                    columns.subList(2, columns.size()));
        }

        boolean isPublic() {
            return marks.contains("public");
        }

        int answerToStranger() {
            return isPublic() ? answer() : marks.contains("keyed") ? 403 : 401;
        }

        boolean isOpenToBound() {
            return marks.contains("bound");
        }

        Role least() {
            return Arrays.stream(Role.values())
                    .filter(role -> marks.contains(role.word()))
                    .findFirst()
                    .orElse(endpoint.method().equals(HttpMethod.GET) ? Role.VIEWER : Role.OPERATOR);
        }

        int answer() {
            return answers.get(0);
        }

        int answerTo(Role role) {
            return role.compareTo(least()) < 0 && !isPublic() ? 403 : answer();
        }

        /** Of several answers that may be given, the first stands for all. */
        int taken(int status) {
            return answers.contains(status) ? answer() : status;
        }

        @Override
        public String toString() {
            return endpoint.toString();
        }
    }

    private record Endpoint(HttpMethod method, String path) {
        @Override
        public String toString() {
            return method + " " + path;
        }

        /** With something in the place of each variable that is none of what it should be, lest anything is done. */
        String url() {
            return path.replaceAll("\\{[^}]+}", "no-such-thing").replace("**", "no-such-thing");
        }
    }

    @Autowired
    Api api;

    @Autowired
    Tokens tokens;

    @Autowired
    SettableClock clock;

    @Autowired
    CountedCallsOfTests countedCalls;

    @Autowired
    Collection<RequestMappingInfoHandlerMapping> mappings;

    @BeforeEach
    void forgetCalls() {
        countedCalls.forget();
    }

    static Stream<Line> table() {
        return TABLE.lines().map(Line::parse);
    }

    @ParameterizedTest
    @MethodSource("table")
    void answersEachCallerAsTheTableSays(Line line) {
        var expected = new LinkedHashMap<String, Integer>();
        var actual = new LinkedHashMap<String, Integer>();

        strangers().forEach((stranger, client) -> {
            // A public endpoint refuses who shows a token that is none, rather than to treat him as a stranger.
            expected.put(stranger, stranger.equals("no token") ? line.answerToStranger() : 401);
            actual.put(stranger, line.taken(status(client, line.endpoint())));
        });
        for (var role : Role.values()) {
            expected.put(role.word(), line.answerTo(role));
            actual.put(role.word(), line.taken(status(api.as(role), line.endpoint())));
        }
        expected.put("bound " + line.least().word(), line.isPublic() || line.isOpenToBound() ? line.answer() : 403);
        actual.put("bound " + line.least().word(), line.taken(status(bound(line.least()), line.endpoint())));

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void hasALineForEveryMappedEndpoint() {
        var lines = table().map(line -> line.endpoint().toString()).toList();

        var mapped = mapped().map(Endpoint::toString).toList();

        assertThat(mapped).hasSizeGreaterThan(20);
        assertThat(lines).containsAll(mapped).doesNotHaveDuplicates();
    }

    /** What is at no endpoint, or at one by another method. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # method, path,                       none, viewer, operator, admin
            HEAD,     /probe,                     401,  200,    200,      200
            PUT,      /probe,                     401,  403,    405,      405
            DELETE,   /probe/days/1,              401,  403,    405,      405
            GET,      /,                          401,  404,    404,      404
            GET,      /no/such/path,              401,  404,    404,      404
            POST,     /no/such/path,              401,  403,    404,      404
            POST,     /docs,                      401,  403,    403,      403
            GET,      /docs/,                     401,  404,    404,      404
            GET,      /actuator,                  401,  404,    404,      404
            GET,      /actuator/health/db,        401,  200,    200,      200
            HEAD,     /actuator/health/liveness,  200,  200,    200,      200
            POST,     /actuator/health,           401,  403,    405,      405
            GET,      /actuator/env,              401,  404,    404,      404
            GET,      /.well-known/oauth-protected-resource, 401, 404, 404, 404
            """)
    void leavesNothingElseOpen(String method, String path, int none, int viewer, int operator, int admin) {
        var endpoint = new Endpoint(HttpMethod.valueOf(method), path);

        var statuses = Stream.of(api.withoutToken(), api.as(Role.VIEWER), api.as(Role.OPERATOR), api.as(Role.ADMIN))
                .map(client -> status(client, endpoint))
                .toList();

        assertThat(statuses).containsExactly(none, viewer, operator, admin);
    }

    @Test
    void takesNoTokenFromAQueryOrFromBasicAuthentication() {
        var secret = tokens.create("elsewhere-" + UUID.randomUUID(), Role.ADMIN);

        var query = status(api.withoutToken(), new Endpoint(HttpMethod.GET, "/probe?access_token=" + secret));
        var basic = Stream.of("GET /probe", "POST /probe", "GET /api/openapi", "GET /api/audit", "GET /actuator/info")
                .map(text -> text.split(" "))
                .map(words ->
                        status(api.withBasic("admin", secret), new Endpoint(HttpMethod.valueOf(words[0]), words[1])))
                .toList();

        assertThat(query).isEqualTo(401);
        assertThat(basic).containsOnly(401);
    }

    @Test
    void letsACallerThatIsBoundToABusinessInWhereThatIsKeptToAlone() {
        var grant = new Grant("business-" + UUID.randomUUID(), Role.ADMIN, null, "b1", null);
        var client = api.withToken(tokens.create(grant));

        var statuses = Stream.of("/probe/caller", "/probe/nothing-of-tenants", "/api/jobs", "/probe", "/actuator/info")
                .map(path -> status(client, new Endpoint(HttpMethod.GET, path)))
                .toList();

        assertThat(statuses).containsExactly(200, 200, 403, 403, 403);
    }

    @Test
    void saysWhyACallerIsRefused() {
        assertThat(detail(api.withoutToken(), "/probe")).startsWith("A token is needed");
        assertThat(detail(api.withToken("rr_short"), "/probe")).startsWith("This token is unknown or revoked");
        assertThat(detail(api.withToken(expiredToken()), "/probe")).contains("expired at");
        assertThat(detail(api.withToken(jwt(-60)), "/probe")).isEqualTo("This JWT is refused: Expired JWT.");
        assertThat(detail(api.as(Role.VIEWER), "/probe/admin"))
                .startsWith("Token 'test-viewer' with role viewer may not GET /probe/admin.");
        assertThat(detail(bound(Role.VIEWER), "/probe")).contains("may not GET /probe. It is bound to tenant 'acme'");
    }

    @Test
    void sendsTheHeadersThatKeepABrowserFromHarm() {
        api.as(Role.VIEWER)
                .get()
                .uri("/probe")
                .exchange()
                .expectHeader()
                .valueEquals("X-Content-Type-Options", "nosniff")
                .expectHeader()
                .valueEquals("X-Frame-Options", "DENY")
                .expectHeader()
                .valueEquals("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .expectHeader()
                .valueEquals("Referrer-Policy", "no-referrer")
                .expectHeader()
                .valueMatches("Cache-Control", ".*no-store.*")
                .expectHeader()
                .doesNotExist("Set-Cookie");
    }

    private Map<String, RestTestClient> strangers() {
        var strangers = new LinkedHashMap<String, RestTestClient>();
        strangers.put("no token", api.withoutToken());
        strangers.put("wrong token", api.withToken(Secret.random().reveal()));
        strangers.put("no token at all", api.withToken("rr_short"));
        strangers.put("revoked token", api.withToken(revokedToken()));
        strangers.put("expired token", api.withToken(expiredToken()));
        strangers.put("expired JWT", api.withToken(jwt(-60)));
        strangers.put("JWT without signature", api.withToken("eyJhbGciOiJub25lIn0.e30."));
        return strangers;
    }

    private String revokedToken() {
        var name = "revoked-" + UUID.randomUUID();
        var secret = tokens.create(name, Role.ADMIN);
        tokens.revoke(name);
        return secret;
    }

    private String expiredToken() {
        var grant = new Grant("expired-" + UUID.randomUUID(), Role.ADMIN, null, null, Duration.ofHours(1));
        var secret = tokens.create(grant);
        clock.advance(Duration.ofHours(1));
        return secret;
    }

    private String jwt(int seconds) {
        return TestJwts.signed(claims -> claims.subject("ada")
                .claim("role", "admin")
                .expirationTime(Date.from(clock.instant().plusSeconds(seconds))));
    }

    private RestTestClient bound(Role role) {
        return api.withToken(tokens.create(new Grant("bound-" + UUID.randomUUID(), role, "acme", null, null)));
    }

    private Stream<Endpoint> mapped() {
        return mappings.stream()
                .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                .flatMap(AccessTest::endpoints)
                .distinct();
    }

    private static Stream<Endpoint> endpoints(RequestMappingInfo info) {
        return info.getPatternValues().stream()
                .flatMap(path -> methods(info).map(method -> new Endpoint(method, path)));
    }

    /** A mapping that names no method answers all of them. */
    private static Stream<HttpMethod> methods(RequestMappingInfo info) {
        var named = info.getMethodsCondition().getMethods();
        return named.isEmpty()
                ? Stream.of(HttpMethod.GET, HttpMethod.POST)
                : named.stream().map(RequestMethod::asHttpMethod);
    }

    /** Who changes something sends JSON, and nothing in it. */
    private static int status(RestTestClient client, Endpoint endpoint) {
        var request = client.method(endpoint.method()).uri(endpoint.url());
        if (!endpoint.method().equals(HttpMethod.GET)) {
            request.contentType(MediaType.APPLICATION_JSON);
        }
        return request.exchange().returnResult().getStatus().value();
    }

    private static String detail(RestTestClient client, String path) {
        var problem = client.get()
                .uri(path)
                .exchange()
                .expectBody(Problem.class)
                .returnResult()
                .getResponseBody();
        return problem == null ? "" : problem.detail();
    }

    private record Problem(String detail) {}
}
