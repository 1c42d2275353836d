package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Commands;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.Servers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.DefaultHealthContributorRegistry;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@RowrunnerTest
class HealthTest {

    @Autowired
    Api api;

    @Autowired
    Commands commands;

    @Test
    void tellsStrangersTheStatusAndNothingMore() {
        var body = text(false, "/actuator/health");

        assertThat(body).contains("\"status\":").doesNotContain("components", "db", "details");
    }

    @Test
    void tellsAViewerHowEachPartIs() {
        var body = text(true, "/actuator/health");

        assertThat(body).contains("\"components\":", "\"db\":", "\"details\":", "PostgreSQL");
    }

    @Test
    void asksTheDatabaseForReadinessAndNotForLiveness() {
        var readiness = text(true, "/actuator/health/readiness");
        var liveness = text(true, "/actuator/health/liveness");

        assertThat(readiness).contains("\"db\":", "\"readinessState\":").doesNotContain("redis", "workers");
        assertThat(liveness).contains("\"livenessState\":").doesNotContain("\"db\":", "redis", "workers");
    }

    @Test
    void givesPrometheusItsMetrics() {
        var metrics = text(true, "/actuator/prometheus");

        assertThat(metrics).contains("# TYPE jvm_memory_used_bytes gauge");
    }

    @Test
    void printsALineForEachPart() {
        var health = commands.run(HealthCommand.class);

        assertThat(health.out()).containsPattern("(?m)^database +UP +database PostgreSQL");
    }

    @Test
    void printsJsonForScripts() {
        var health = commands.run(HealthCommand.class, "--json");

        assertThat(health.out()).startsWith("[{").contains("\"part\":\"database\",\"status\":\"UP\"");
    }

    @Test
    void endsWithOneWhenAPartIsDownAndWithZeroWhenAllAreUp() {
        var up = entry("redis", details -> Health.up().build());
        var down =
                entry("workers", details -> Health.down().withDetail("live", 0).build());

        var allUp = new CheckHealth(of(up), new Patience(Duration.ofSeconds(5))).parts();
        var oneDown = new CheckHealth(of(up, down), new Patience(Duration.ofSeconds(5))).parts();

        assertThat(HealthCommand.exitCode(allUp)).isZero();
        assertThat(HealthCommand.exitCode(oneDown)).isEqualTo(1);
        assertThat(oneDown).contains(new PartHealth("workers", "DOWN", "live 0"));
    }

    @Test
    void saysWhyThePartIsDownWithoutItsPassword() throws IOException {
        var nowhere = new DriverManagerDataSource(
                "jdbc:postgresql://127.0.0.1:" + Servers.freePort() + "/rowrunner", "rowrunner", "hunter2");
        var database = new HealthContributors.Entry("db", new DatabaseHealth(nowhere));

        var parts = new CheckHealth(of(database), new Patience(Duration.ofSeconds(5))).parts();

        assertThat(parts).singleElement().satisfies(part -> {
            assertThat(part.isUp()).isFalse();
            assertThat(part.reason()).isNotBlank().doesNotContain("hunter2", "Exception", "org.");
        });
    }

    @Test
    void waitsForNoPartThatDoesNotAnswer() {
        var never = new CountDownLatch(1);
        var silent = entry("redis", details -> {
            never.await();
            return Health.up().build();
        });

        var parts = new CheckHealth(of(silent), new Patience(Duration.ZERO)).parts();
        never.countDown();

        assertThat(parts).containsExactly(new PartHealth("Redis", "DOWN", "no answer within 0 seconds"));
    }

    private interface Check {
        Health ask(boolean details) throws Exception;
    }

    private static HealthContributors.Entry entry(String name, Check check) {
        HealthIndicator indicator = () -> {
            try {
                return check.ask(true);
            } catch (Exception e) {
                return Health.down(e).build();
            }
        };
        return new HealthContributors.Entry(name, indicator);
    }

    private static HealthContributors of(HealthContributors.Entry... entries) {
        var registry = new DefaultHealthContributorRegistry();
        Stream.of(entries).forEach(entry -> registry.registerContributor(entry.name(), entry.contributor()));
        return registry;
    }

    private String text(boolean signedIn, String path) {
        var client = signedIn ? api.as(Role.VIEWER) : api.withoutToken();
        var body = client.get().uri(path).exchange().returnResult(String.class).getResponseBody();
        return String.valueOf(body);
    }
}
