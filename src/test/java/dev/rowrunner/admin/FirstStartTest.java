package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.http.Tokens;
import dev.rowrunner.testing.Servers;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What the program prints when it starts on a database of its own, and what that lets in. */
@Tag("slow")
@ExtendWith(OutputCaptureExtension.class)
class FirstStartTest {

    private static final Pattern SECRET = Pattern.compile("rr_[A-Za-z0-9_-]{43}");

    private String database = "";

    @BeforeEach
    void makeADatabase() throws SQLException {
        var name = "start_" + UUID.randomUUID().toString().replace('-', '_');
        try (var connection = DriverManager.getConnection(Servers.jdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        database = Servers.jdbcUrl().replaceFirst("(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    @Test
    void printsAnAdminTokenThatWorksAtTheFirstStartAloneOfAnEmbeddedInstallation(CapturedOutput output) {
        try (var first = start("--rowrunner.roles=api", "--rowrunner.embedded=true")) {
            var secret = secretIn(output.getOut());

            assertThat(secret).isPresent();
            assertThat(output.getOut())
                    .contains("Rowrunner is ready. Roles: api", apiUrl(first), "make psql")
                    .contains("token create NAME", "token revoke NAME", "Authorization: Bearer TOKEN");
            assertThat(status(first, secret.orElseThrow())).isEqualTo(200);
        }
        int untilNow = output.getOut().length();
        try (var second = start("--rowrunner.roles=api", "--rowrunner.embedded=true")) {
            var banner = output.getOut().substring(untilNow);

            assertThat(banner).contains("Rowrunner is ready.", apiUrl(second)).doesNotContain("No token is live");
            assertThat(secretIn(banner)).isEmpty();
        }
    }

    @Test
    void saysHowToMakeATokenWhereTheDatabaseIsNotItsOwn(CapturedOutput output) {
        try (var context = start("--rowrunner.roles=api", "--rowrunner.embedded=false")) {
            assertThat(output.getOut())
                    .contains("No token is live.", "token create NAME --role admin", apiUrl(context));
            assertThat(secretIn(output.getOut())).isEmpty();
        }
    }

    @Test
    void printsNothingAndMakesNoTokenForACommand(CapturedOutput output) {
        try (var context = start("--rowrunner.roles=", "--rowrunner.embedded=true")) {
            assertThat(output.getOut()).doesNotContain("Rowrunner is ready.");
            assertThat(context.getBean(Tokens.class).live()).isEmpty();
        }
    }

    @Test
    void makesOneFirstTokenOfManyThatAreMadeAtOnce() throws Exception {
        try (var context = start("--rowrunner.roles=api", "--rowrunner.embedded=false")) {
            var tokens = context.getBean(Tokens.class);

            var made = atOnce(8, () -> tokens.createFirst("admin"));

            assertThat(made.filter(Optional::isPresent)).hasSize(1);
            assertThat(tokens.live()).hasSize(1);
        }
    }

    @Test
    void makesNoFirstTokenAgainAfterItWasRevoked() {
        try (var context = start("--rowrunner.roles=api", "--rowrunner.embedded=false")) {
            var tokens = context.getBean(Tokens.class);
            tokens.createFirst("admin");
            context.getBean(JdbcClient.class)
                    .sql("UPDATE http.token SET revoked_at = now()")
                    .update();

            var again = tokens.createFirst("admin");

            assertThat(again).isEmpty();
        }
    }

    private ConfigurableApplicationContext start(String... arguments) {
        var all = Stream.concat(
                Stream.of(
                        "--server.port=0",
                        "--rowrunner.dashboard.enabled=false",
                        "--spring.datasource.url=" + database,
                        "--rowrunner.redis-url=" + Servers.redisUrl()),
                Stream.of(arguments));
        return new SpringApplicationBuilder(Rowrunner.class).run(all.toArray(String[]::new));
    }

    private static String apiUrl(ConfigurableApplicationContext context) {
        return "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
    }

    private static int status(ConfigurableApplicationContext context, String secret) {
        return RestTestClient.bindToServer()
                .baseUrl(apiUrl(context))
                .defaultHeader("Authorization", "Bearer " + secret)
                .build()
                .get()
                .uri("/actuator/info")
                .exchange()
                .returnResult()
                .getStatus()
                .value();
    }

    private static Optional<String> secretIn(String output) {
        return SECRET.matcher(output).results().map(MatchResult::group).findFirst();
    }

    private static <T> Stream<T> atOnce(int callers, Callable<T> call) throws InterruptedException {
        var barrier = new CyclicBarrier(callers);
        var threads = Executors.newFixedThreadPool(callers);
        try {
            Callable<T> together = () -> {
                barrier.await();
                return call.call();
            };
            return threads
                    .invokeAll(Stream.generate(() -> together).limit(callers).toList())
                    .stream()
                    .map(FirstStartTest::result);
        } finally {
            threads.shutdown();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
