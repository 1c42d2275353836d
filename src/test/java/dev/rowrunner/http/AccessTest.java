package dev.rowrunner.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

@RowrunnerTest
class AccessTest {

    private record Endpoint(HttpMethod method, String path) {
        boolean isPublic() {
            return Set.of(Security.PUBLIC).contains(path);
        }

        boolean looks() {
            return method.equals(HttpMethod.GET);
        }
    }

    @Autowired
    Api api;

    @Autowired
    Tokens tokens;

    @Autowired
    Collection<RequestMappingInfoHandlerMapping> mappings;

    @ParameterizedTest
    @CsvSource(textBlock = """
            # method, path,                       none, viewer, operator, admin
            GET,      /probe,                     401,  200,    200,      200
            HEAD,     /probe,                     401,  200,    200,      200
            POST,     /probe,                     401,  403,    200,      200
            GET,      /probe/admin,               401,  403,    403,      200
            PUT,      /probe,                     401,  403,    405,      405
            DELETE,   /probe/days/1,              401,  403,    405,      405
            GET,      /,                          401,  404,    404,      404
            GET,      /no/such/path,              401,  404,    404,      404
            POST,     /no/such/path,              401,  403,    404,      404
            GET,      /error,                     401,  404,    404,      404
            GET,      /actuator,                  401,  404,    404,      404
            GET,      /actuator/info,             401,  200,    200,      200
            GET,      /actuator/prometheus,       401,  200,    200,      200
            GET,      /actuator/health/db,        401,  200,    200,      200
            GET,      /actuator/health/liveness,  200,  200,    200,      200
            HEAD,     /actuator/health/liveness,  200,  200,    200,      200
            GET,      /actuator/health/readiness, 200,  200,    200,      200
            POST,     /actuator/health,           401,  403,    405,      405
            GET,      /actuator/env,              401,  404,    404,      404
            GET,      /.well-known/oauth-protected-resource, 401, 404, 404, 404
            """)
    void letsEachRoleDoWhatItMay(String method, String path, int none, int viewer, int operator, int admin) {
        var endpoint = new Endpoint(HttpMethod.valueOf(method), path);

        var statuses = Stream.of(api.withoutToken(), api.as(Role.VIEWER), api.as(Role.OPERATOR), api.as(Role.ADMIN))
                .map(client -> status(client, endpoint))
                .toList();

        assertThat(statuses).containsExactly(none, viewer, operator, admin);
    }

    @Test
    void leavesNoMappedEndpointOpen() {
        var revoked = revokedToken();

        var closed = mapped().filter(endpoint -> !endpoint.isPublic()).toList();

        assertThat(closed).hasSizeGreaterThan(10).allSatisfy(endpoint -> {
            assertThat(status(api.withoutToken(), endpoint)).isEqualTo(401);
            assertThat(status(api.withToken(Secret.random().reveal()), endpoint))
                    .isEqualTo(401);
            assertThat(status(api.withToken("rr_short"), endpoint)).isEqualTo(401);
            assertThat(status(api.withToken("eyJhbGciOiJub25lIn0.e30."), endpoint))
                    .isEqualTo(401);
            assertThat(status(api.withToken(revoked), endpoint)).isEqualTo(401);
        });
    }

    @Test
    void letsAViewerChangeNothing() {
        var acting = mapped().filter(endpoint -> !endpoint.looks()).toList();

        assertThat(acting)
                .isNotEmpty()
                .allSatisfy(endpoint ->
                        assertThat(status(api.as(Role.VIEWER), endpoint)).isEqualTo(403));
    }

    @Test
    void takesNoTokenFromAQueryOrFromBasicAuthentication() {
        var secret = tokens.create("elsewhere-" + UUID.randomUUID(), Role.ADMIN);

        var query = status(api.withoutToken(), new Endpoint(HttpMethod.GET, "/probe?access_token=" + secret));
        var basic = api.withoutToken()
                .get()
                .uri("/probe")
                .headers(headers -> headers.setBasicAuth("admin", secret))
                .exchange()
                .returnResult()
                .getStatus()
                .value();

        assertThat(List.of(query, basic)).containsOnly(401);
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

    private String revokedToken() {
        var name = "revoked-" + UUID.randomUUID();
        var secret = tokens.create(name, Role.ADMIN);
        tokens.revoke(name);
        return secret;
    }

    private Stream<Endpoint> mapped() {
        return mappings.stream()
                .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                .flatMap(AccessTest::endpoints)
                .distinct();
    }

    private static Stream<Endpoint> endpoints(RequestMappingInfo info) {
        return info.getPatternValues().stream()
                .flatMap(path -> methods(info).map(method -> new Endpoint(method, filled(path))));
    }

    /** A mapping that names no method answers all of them. */
    private static Stream<HttpMethod> methods(RequestMappingInfo info) {
        var named = info.getMethodsCondition().getMethods();
        return named.isEmpty()
                ? Stream.of(HttpMethod.GET, HttpMethod.POST)
                : named.stream().map(RequestMethod::asHttpMethod);
    }

    private static String filled(String path) {
        return path.replaceAll("\\{[^}]+}", "1").replace("**", "1");
    }

    private static int status(RestTestClient client, Endpoint endpoint) {
        return client.method(endpoint.method())
                .uri(endpoint.path())
                .exchange()
                .returnResult()
                .getStatus()
                .value();
    }
}
