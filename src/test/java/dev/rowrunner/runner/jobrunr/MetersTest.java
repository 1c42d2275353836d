package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.SettableClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a live worker measures. */
@MachineRoomTest
class MetersTest {

    @Autowired
    Jobs jobs;

    @Autowired
    WorkerParts parts;

    @Autowired
    SettableClock clock;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    JdbcClient jdbc;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private WorkerServer server;

    @BeforeEach
    void startServerOfOneSlot() {
        runDueJobs.clear();
        probe.reset();
        var measured = new WorkerParts(
                parts.storage(),
                parts.json(),
                parts.database(),
                parts.handlers(),
                parts.jsonArgs(),
                parts.bell(),
                new Meters(registry),
                parts.clock());
        server = new WorkerServer(
                measured,
                new WorkerProperties("measured", 1, Set.of(), Duration.ofSeconds(30), Duration.ofSeconds(7)),
                new RetentionProperties(
                        Duration.ofDays(30), Duration.ofDays(30), Duration.ofDays(30), Duration.ofDays(365)),
                false);
        server.start();
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        server.stop(Duration.ofSeconds(10));
    }

    @Test
    void countsAttemptsByKindQueueAndOutcome() {
        probe.does((args, job) -> {
            if (args.name().equals("fails") && job.attempt() == 1) {
                throw new IllegalStateException("once");
            }
        });
        jobs.enqueue(Probe.KIND, Probe.Args.named("succeeds"));
        var failing = jobs.enqueue(Probe.KIND, Probe.Args.named("fails"));
        await().until(() -> stateOf(failing).equals("SCHEDULED"));
        clock.advance(Duration.ofMinutes(1));

        await().until(() -> stateOf(failing).equals("SUCCEEDED"));

        await().untilAsserted(() -> assertThat(ended("success")).isEqualTo(2));
        assertThat(ended("retry")).isEqualTo(1);
        assertThat(registry.get("rowrunner.job.duration").timer().count()).isEqualTo(3);
        assertThat(registry.get("rowrunner.claim.jobs").summary().totalAmount()).isEqualTo(3);
    }

    @Test
    void tellsTheWaitOfEveryJobAndThePickUpOfThoseThatMetAnIdleWorker() {
        var permits = new Semaphore(0);
        probe.does((args, job) -> permits.acquire());
        await().until(() -> server.isListening());
        clock.advance(Duration.ofSeconds(1));
        jobs.enqueue(Probe.KIND, Probe.Args.named("first"));
        await().until(() -> probe.calls.size() == 1);

        clock.advance(Duration.ofSeconds(10));
        IntStream.range(0, 3).forEach(i -> jobs.enqueue(Probe.KIND, Probe.Args.named("waits")));
        clock.advance(Duration.ofMinutes(5));
        permits.release(4);
        await().until(() -> probe.calls.size() == 4);

        var wait = registry.get("rowrunner.job.wait").tag("kind", "test.probe").timer();
        assertThat(wait.count()).isEqualTo(4);
        assertThat(wait.max(TimeUnit.MINUTES)).isEqualTo(5);
        assertThat(registry.get("rowrunner.job.pickup").timer().count()).isOne();
    }

    @Test
    void namesNoTenantAndNoArg() {
        jobs.enqueue(ProbeKinds.OF_TENANTS, Probe.Args.named("acme"));
        await().until(() -> probe.calls.size() == 1);

        await().until(() -> registry.find("rowrunner.jobs").counter() != null);

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.toString()).doesNotContain("acme"));
    }

    private double ended(String outcome) {
        return registry.get("rowrunner.jobs")
                .tags("kind", "test.probe", "queue", "default", "outcome", outcome)
                .counter()
                .count();
    }

    private String stateOf(UUID job) {
        return jdbc.sql("SELECT state FROM rowrunner.job WHERE id = :id")
                .param("id", job)
                .query(String.class)
                .single();
    }
}
