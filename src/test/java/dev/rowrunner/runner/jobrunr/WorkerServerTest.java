package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;

@MachineRoomTest
class WorkerServerTest {

    private static final int THREADS = 2;

    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

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
    WorkersHealthIndicator health;

    @Autowired
    JdbcClient jdbc;

    private WorkerServer server;

    @BeforeEach
    void startServer() {
        runDueJobs.clear();
        probe.reset();
        server = new WorkerServer(parts, properties(), MachineRoomTest.KEEPING, false);
        server.start();
    }

    private static WorkerProperties properties() {
        return new WorkerProperties("tested", THREADS, Set.of(), Duration.ofSeconds(30), Duration.ofSeconds(7));
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        server.stop(Duration.ofSeconds(10));
    }

    @Test
    void runsACommittedJob() {
        jobs.enqueue(Probe.KIND, Probe.Args.named("hello"));

        await().until(() -> countOf("succeeded") == 1);
        assertThat(probe.calls).extracting(call -> call.args().name()).containsExactly("hello");
    }

    @Test
    void claimsNoMoreThanItHasThreads() {
        var release = new CountDownLatch(1);
        probe.does((args, job) -> release.await());

        jobs.enqueueAll(
                Probe.KIND,
                IntStream.range(0, 10)
                        .mapToObj(i -> Probe.Args.named("job " + i))
                        .toList());
        await().until(() -> probe.calls.size() == THREADS);
        IntStream.range(0, 20).forEach(i -> server.pump().look());

        assertThat(countOf("processing")).isEqualTo(THREADS);
        assertThat(countOf("enqueued")).isEqualTo(10 - THREADS);
        release.countDown();
        await().until(() -> countOf("succeeded") == 10);
        assertThat(probe.calls).hasSize(10);
    }

    @Test
    void givesBackWhatItClaimedAheadWhenShortJobsBecomeLong() {
        var release = new CountDownLatch(1);
        probe.does((args, job) -> {
            if (args.name().startsWith("long")) {
                release.await();
            }
        });
        jobs.enqueueAll(Probe.KIND, named("short", 2000));
        jobs.enqueueAll(Probe.KIND, named("long", 500));

        await().until(() -> countOf("succeeded") == 2000 && countOf("processing") == THREADS);
        assertThat(givenBack()).isPositive();
        assertThat(countOf("enqueued")).isEqualTo(500 - THREADS);
        release.countDown();
        await().until(() -> countOf("succeeded") == 2500);
        assertThat(probe.calls).hasSize(2500);
        assertThat(probe.calls).extracting(Probe.Call::attempt).containsOnly(1);
    }

    private static List<Probe.Args> named(String name, int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(i -> Probe.Args.named(name + " " + i))
                .toList();
    }

    private int givenBack() {
        return jdbc.sql("SELECT count(*) FROM rowrunner.job_history WHERE reason LIKE 'Given back: no slot%'")
                .query(Integer.class)
                .single();
    }

    @Test
    void waitsForTheRunningJobBeforeItStopsAndStartsNoOther() {
        var release = new CountDownLatch(1);
        probe.does((args, job) -> release.await());
        jobs.enqueueAll(
                Probe.KIND, List.of(Probe.Args.named("one"), Probe.Args.named("two"), Probe.Args.named("three")));
        await().until(() -> probe.calls.size() == THREADS);

        var stopped = CompletableFuture.runAsync(() -> stopWithin(Duration.ofMinutes(1)));
        assertThat(stopped).isNotDone();
        release.countDown();
        stopped.join();

        assertThat(countOf("succeeded")).isEqualTo(THREADS);
        assertThat(countOf("enqueued")).isOne();
    }

    @Test
    void givesBackAJobThatOutlastsTheGraceWithoutCostingAnAttempt() {
        probe.does((args, job) -> new CountDownLatch(1).await());
        jobs.enqueue(Probe.KIND, Probe.Args.named("endless"));
        await().until(() -> probe.calls.size() == 1);

        stopWithin(Duration.ZERO);
        probe.does((args, job) -> {});
        runDueJobs.run();

        assertThat(countOf("succeeded")).isOne();
        assertThat(probe.calls).extracting(Probe.Call::attempt).containsExactly(1, 1);
        assertThat(probe.calls)
                .extracting(Probe.Call::lease)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void isCountedAmongTheLiveWorkersUntilItStops() {
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);

        stopWithin(Duration.ZERO);

        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.health().getDetails()).containsKey("reason");
    }

    @Test
    void reportsWhatWaitsForNobody() {
        jdbc.sql("""
                INSERT INTO rowrunner.kind (name, queue, priority, max_attempts) VALUES ('test.homeless', 'default', 0, 1)
                ON CONFLICT DO NOTHING""").update();
        jdbc.sql("SELECT rowrunner.enqueue('test.homeless')").query(UUID.class).single();

        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.health().getDetails().get("waiting"))
                .isEqualTo(List.of(Map.of(
                        "queue", "default",
                        "kind", "test.homeless",
                        "reason", "no live worker has a handler for this kind")));
        assertThat(countOf("enqueued")).isOne();
    }

    private void stopWithin(Duration grace) {
        try {
            server.stop(grace);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int countOf(String state) {
        return jdbc.sql("SELECT count(*) FROM jobs WHERE state = :state")
                .param("state", state)
                .query(Integer.class)
                .single();
    }
}
