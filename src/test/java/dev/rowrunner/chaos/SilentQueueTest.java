package dev.rowrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.testing.Servers;
import dev.rowrunner.testing.TestJwts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Requests for a sync of receipts, while the processes of workers come, are killed and are frozen. */
@Tag("servers")
@Timeout(180)
class SilentQueueTest {

    private static final Path LOGS = Path.of("target", "chaos");
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    private final List<WorkerProcess> workers = new ArrayList<>();
    private final String database =
            Servers.newDatabase("silent_" + UUID.randomUUID().toString().replace('-', '_'));
    private ConfigurableApplicationContext api;
    private RestTestClient admin;

    @BeforeEach
    void startTheApiAlone() {
        api = new SpringApplicationBuilder(Rowrunner.class)
                .run(
                        "--server.port=0",
                        "--rowrunner.roles=api",
                        "--rowrunner.dashboard.enabled=false",
                        "--rowrunner.jwt.secret=" + TestJwts.SECRET,
                        "--spring.datasource.url=" + database,
                        "--rowrunner.redis-url=" + Servers.redisUrl());
        admin = RestTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + api.getEnvironment().getRequiredProperty("local.server.port"))
                .defaultHeader(
                        "Authorization",
                        "Bearer "
                                + TestJwts.signed(claims -> claims.subject("op")
                                        .claim("role", "admin")
                                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))))
                .build();
    }

    @AfterEach
    void end() {
        workers.forEach(WorkerProcess::close);
        api.close();
    }

    @Test
    void refusesASyncWhileNobodyWouldRunItAndTakesItAgainSoonAfterSomebodyWould() {
        connect();
        assertThat(details()).contains("none is alive");

        worker("elsewhere", "high,low");
        assertThat(details())
                .contains("No active worker listens to queue 'default', only to others: elsewhere (high, low)");

        var first = worker("first", "default");
        System.out.println("a worker's return to 202: " + millisUntil(202) + " ms");

        first.kill();
        System.out.println("kill -9 to 503: " + millisUntil(503) + " ms");
        assertThat(details()).contains("worker first (default) was last heard of");

        var second = worker("second", "default");
        System.out.println("another worker's start to 202: " + millisUntil(202) + " ms");

        second.freeze();
        System.out.println("freeze to 503: " + millisUntil(503) + " ms");
        second.thaw();
        System.out.println("thaw to 202: " + millisUntil(202) + " ms");
    }

    private void connect() {
        var answer = admin.post()
                .uri("/api/receipts/connections")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("business_id", "b1", "source", "folder", "path", "silent"))
                .exchange()
                .returnResult();
        assertThat(answer.getStatus().value()).isEqualTo(201);
    }

    private record Answer(int status, Map<String, Object> body) {}

    private Answer sync() {
        var answer = admin.post()
                .uri("/api/receipts/sync")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("business_id", "b1"))
                .exchange()
                .returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        return new Answer(answer.getStatus().value(), Map.copyOf(answer.getResponseBody()));
    }

    private String details() {
        var answer = sync();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).containsOnlyKeys("success", "error", "action", "technical_details");
        return String.valueOf(answer.body().get("technical_details"));
    }

    private long millisUntil(int status) {
        long began = System.nanoTime();
        await("answer " + status).atMost(TEN_SECONDS).until(() -> sync().status() == status);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    /** Returns when it has signed on. */
    private WorkerProcess worker(String name, String queues) {
        var worker = WorkerProcess.start(name, LOGS, database, "--rowrunner.worker.queues=" + queues);
        workers.add(worker);
        var jdbc = api.getBean(JdbcClient.class);
        await("start of " + name)
                .atMost(Duration.ofSeconds(60))
                .until(() -> jdbc.sql("SELECT count(*) FROM rowrunner.worker WHERE name = :name")
                                .param("name", name)
                                .query(Long.class)
                                .single()
                        == 1);
        return worker;
    }
}
