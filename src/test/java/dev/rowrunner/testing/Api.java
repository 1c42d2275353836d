package dev.rowrunner.testing;

import dev.rowrunner.http.Tokens;
import dev.rowrunner.runner.Role;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The HTTP interface of the test's server, over the wire, as the bearer of a token sees it. */
@Component
public class Api {

    private final Tokens tokens;
    private final Environment environment;
    private final Map<Role, String> secrets = new ConcurrentHashMap<>();

    Api(Tokens tokens, Environment environment) {
        this.tokens = tokens;
        this.environment = environment;
    }

    public RestTestClient as(Role role) {
        return withToken(secrets.computeIfAbsent(role, r -> tokens.create("test-" + r.word(), r)));
    }

    public RestTestClient withToken(String secret) {
        return client().defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + secret)
                .build();
    }

    /** HTTP Basic, as a browser signs in. */
    public RestTestClient withBasic(String name, String password) {
        return client().defaultHeaders(headers -> headers.setBasicAuth(name, password))
                .build();
    }

    public RestTestClient withoutToken() {
        return client().build();
    }

    public int port() {
        return environment.getRequiredProperty("local.server.port", Integer.class);
    }

    private RestTestClient.Builder<?> client() {
        return RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port());
    }
}
