package dev.rowrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.http.Tokens;
import dev.rowrunner.postgres.DatabaseUrl;
import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Servers;
import dev.rowrunner.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.TransactionException;

/** The program while its database is away, comes back, or is replaced by its standby. It is never restarted. */
@Tag("servers")
class DatabaseAwayTest {

    /** {@code -Doutage.seconds=60} for the outage that is promised to be survived. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("outage.seconds", 4));

    private static final Duration RESUMED_WITHIN = Duration.ofSeconds(10);
    private static final JobKind<Args> KIND = JobKind.of("away.step", Args.class);

    record Args(int n) {}

    @Test
    @Timeout(300)
    void saysWhyWhileTheDatabaseIsAwayAndResumesWithItsReturn() throws Exception {
        try (var postgres = TestPostgres.start();
                var program = start(postgres.jdbcUrl())) {
            var secret = program.getBean(Tokens.class).create("test", Role.ADMIN);
            var load = new Load(program);
            await().atMost(Duration.ofSeconds(30)).until(() -> load.ran() > 50);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> readiness(program).startsWith("200"));

            postgres.stop();
            var health = soon("health of the database", () -> health(program, "db"));
            var workers = soon("health of the workers", () -> health(program, "workers"));
            var refusal = soon("a request", () -> get(program, "/api/usage/acme", "rr_" + "x".repeat(43)));
            var details = soon("/actuator/health", () -> get(program, "/actuator/health", secret));
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            // The first to ask may be told how its connection ended, the others that there is none to be had.
            assertThat(String.valueOf(health.getDetails().get("error")))
                    .containsPattern("refused|terminating connection");
            assertThat(workers.getStatus()).isEqualTo(Status.DOWN);
            assertThat(refusal).startsWith("503 application/problem+json").contains("The database does not answer");
            assertThat(details).startsWith("503");
            assertThat(readiness(program)).startsWith("503");
            assertThat(get(client(program), "/actuator/health/liveness")).startsWith("200");

            await().pollDelay(AWAY).atMost(AWAY.multipliedBy(2)).until(() -> true);
            postgres.restart();
            resumes(load, "database back");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> readiness(program).startsWith("200"));
            load.endsWithAllDone(postgres.jdbcUrl());
        }
    }

    @Test
    @Timeout(300)
    void goesOnWithTheStandbyAndLosesNoAcknowledgedJob() throws Exception {
        try (var primary = TestPostgres.start();
                var standby = primary.standby();
                var program = start(DatabaseUrl.parse("postgres://%s:%s@%s,%s/%s"
                        .formatted(
                                primary.url().user(),
                                primary.url().password(),
                                primary.url().hosts(),
                                standby.url().hosts(),
                                primary.url().database())))) {
            var health = program.getBean("dbHealthIndicator", HealthIndicator.class);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> warning(health.health()).contains("asynchronous"));
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            primary.commitSynchronously();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> warning(health(program, "db")).isEmpty());
            var load = new Load(program);
            await().atMost(Duration.ofSeconds(30)).until(() -> load.ran() > 50);

            primary.kill();
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            standby.promote();
            resumes(load, "standby promoted");

            load.endsWithAllDone(standby.jdbcUrl());
        }
    }

    private static String readiness(ConfigurableApplicationContext program) {
        return get(client(program), "/actuator/health/readiness");
    }

    private static Health health(ConfigurableApplicationContext program, String part) {
        return program.getBean(part + "HealthIndicator", HealthIndicator.class).health();
    }

    /** Long before the 30 s that a pool waits by default, and generous to a busy machine. */
    private static <T> T soon(String what, Supplier<T> question) {
        long asked = System.nanoTime();
        var answer = question.get();
        long took = System.nanoTime() - asked;
        report(what + " while the database is away", took);
        assertThat(Duration.ofNanos(took)).as(what).isLessThan(Duration.ofSeconds(15));
        return answer;
    }

    private static String warning(Health health) {
        return String.valueOf(health.getDetails().getOrDefault("warning", ""));
    }

    private static void resumes(Load load, String since) {
        long back = System.nanoTime();
        int before = load.ran();
        await().pollInterval(Duration.ofMillis(20)).atMost(RESUMED_WITHIN).until(() -> load.ran() > before);
        report(since + " to the next attempt", System.nanoTime() - back);
        await().pollInterval(Duration.ofMillis(20)).atMost(RESUMED_WITHIN).until(() -> load.acknowledgedSince(back));
        report(since + " to the next enqueue", System.nanoTime() - back);
    }

    private static void report(String what, long nanos) {
        System.out.println(what + ": " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms");
    }

    private static ConfigurableApplicationContext start(DatabaseUrl url) {
        return start(url.jdbcUrl() + "&user=" + url.user() + "&password=" + url.password());
    }

    private static ConfigurableApplicationContext start(String jdbcUrl) {
        return new SpringApplicationBuilder(Rowrunner.class, Steps.class)
                .run(
                        "--spring.datasource.url=" + jdbcUrl,
                        "--rowrunner.redis-url=" + Servers.redisUrl(),
                        "--rowrunner.dashboard.enabled=false",
                        "--ENABLE_JOB_SCHEDULER=false",
                        "--server.port=0");
    }

    /** Status, content type and body. */
    private static String get(ConfigurableApplicationContext program, String path, String secret) {
        return get(client(program).defaultHeader("Authorization", "Bearer " + secret), path);
    }

    private static RestTestClient.Builder<?> client(ConfigurableApplicationContext program) {
        return RestTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + program.getEnvironment().getProperty("local.server.port"));
    }

    private static String get(RestTestClient.Builder<?> client, String path) {
        var answer = client.build().get().uri(path).exchange().returnResult(String.class);
        return answer.getStatus().value() + " " + answer.getResponseHeaders().getContentType() + " "
                + answer.getResponseBody();
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Steps {
        @Bean
        Step step() {
            return new Step(new ConcurrentHashMap<>());
        }
    }

    /** Remembers how often each ran. */
    record Step(Map<UUID, Integer> runs) implements JobHandler<Args> {
        @Override
        public JobKind<Args> kind() {
            return KIND;
        }

        @Override
        public void run(Args args, JobContext job) {
            runs.merge(job.id(), 1, Integer::sum);
        }
    }

    /** Enqueues all the time, database or not, and keeps what was acknowledged. */
    private static final class Load {

        private final Step step;
        private final List<UUID> acknowledged = new CopyOnWriteArrayList<>();
        private final Future<?> enqueueing;
        private volatile long lastAcknowledged;
        private volatile boolean enough;

        Load(ConfigurableApplicationContext program) {
            this.step = program.getBean(Step.class);
            var jobs = program.getBean(Jobs.class);
            this.enqueueing = Executors.newSingleThreadExecutor(work -> {
                        var thread = new Thread(work, "load");
                        thread.setDaemon(true);
                        return thread;
                    })
                    .submit(() -> {
                        while (!enough) {
                            enqueue(jobs);
                        }
                    });
        }

        private void enqueue(Jobs jobs) {
            try {
                acknowledged.add(jobs.enqueue(KIND, new Args(acknowledged.size())));
                lastAcknowledged = System.nanoTime();
                await().pollDelay(Duration.ofMillis(5)).until(() -> true);
            } catch (DataAccessException | TransactionException away) {
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            }
        }

        int ran() {
            return step.runs().size();
        }

        boolean acknowledgedSince(long nanos) {
            return lastAcknowledged > nanos;
        }

        void endsWithAllDone(String jdbcUrl) throws InterruptedException, ExecutionException {
            enough = true;
            enqueueing.get();
            var jdbc = JdbcClient.create(new DriverManagerDataSource(jdbcUrl));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> jdbc.sql(
                                            "SELECT count(*) FROM rowrunner.job WHERE kind = 'away.step' AND state <> 'SUCCEEDED'")
                                    .query(Integer.class)
                                    .single()
                            == 0);
            var stored = jdbc.sql("SELECT id FROM rowrunner.job WHERE kind = 'away.step'")
                    .query(UUID.class)
                    .list();
            System.out.println(
                    "acknowledged: " + acknowledged.size() + ", stored: " + stored.size() + ", ran more than once: "
                            + step.runs().values().stream().filter(n -> n > 1).count());
            assertThat(stored).containsAll(acknowledged);
        }
    }
}
