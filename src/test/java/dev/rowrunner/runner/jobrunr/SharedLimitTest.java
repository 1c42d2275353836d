package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two workers that share limits: together they never run more than these say, and neither keeps what the other needs. */
@Tag("slow")
@MachineRoomTest
class SharedLimitTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Autowired
    Jobs jobs;

    @Autowired
    WorkerParts parts;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    JdbcClient jdbc;

    private final List<WorkerServer> servers = new ArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @BeforeEach
    void makeQueues() {
        runDueJobs.clear();
        probe.reset();
        jdbc.sql(
                        "INSERT INTO rowrunner.queue (name, concurrency) VALUES ('left', NULL), ('right', NULL), ('shared', 3)")
                .update();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (var server : servers) {
            server.stop(Duration.ofSeconds(10));
        }
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name IN ('left', 'right', 'shared')")
                .update();
    }

    @Test
    void neverRunMoreTogetherThanTheLimitSays() {
        probe.does((args, job) -> countDuring(2));
        enqueue(Probe.KIND, "shared", 400);

        start("one", "shared");
        start("two", "shared");

        await().atMost(PATIENCE).until(() -> probe.calls.size() == 400 && held() == 0);
        assertThat(most).hasValue(3);
    }

    @Test
    void goOnUnderALimitThatIsLoweredAndRaisedWhileTheyRun() {
        probe.does((args, job) -> countDuring(1));
        enqueue(Probe.KIND, "shared", 1000);
        start("one", "shared");
        start("two", "shared");

        for (int limit : new int[] {1, 50, 2, 7}) {
            int before = probe.calls.size();
            await().atMost(PATIENCE).until(() -> probe.calls.size() >= Math.min(before + 50, 1000));
            jdbc.sql("UPDATE rowrunner.queue SET concurrency = :limit WHERE name = 'shared'")
                    .param("limit", limit)
                    .update();
        }

        await().atMost(PATIENCE).until(() -> probe.calls.size() == 1000 && held() == 0);
        assertThat(slots()).isEqualTo(7);
    }

    @Test
    void startNothingUntilAsFewRunAsALoweredLimitSays() {
        var release = new CountDownLatch(1);
        probe.does((args, job) -> {
            if (args.name().equals("first")) {
                release.await();
            } else {
                countDuring(1);
            }
        });
        start("one", "shared");
        start("two", "shared");
        IntStream.range(0, 3)
                .forEach(i -> jobs.enqueue(Probe.KIND, Probe.Args.named("first"), JobOptions.NONE.queue("shared")));
        await().atMost(PATIENCE).until(() -> probe.calls.size() == 3);

        jdbc.sql("UPDATE rowrunner.queue SET concurrency = 1 WHERE name = 'shared'")
                .update();
        enqueue(Probe.KIND, "shared", 20);
        await().pollDelay(Duration.ofMillis(500)).until(() -> true);
        assertThat(probe.calls).hasSize(3);
        release.countDown();

        await().atMost(PATIENCE).until(() -> probe.calls.size() == 23 && held() == 0);
        assertThat(most).hasValue(1);
        assertThat(slots()).isEqualTo(1);
    }

    @Test
    void leaveWhatTheyDoNotNeedToTheOther() {
        start("one", "left");
        start("two", "right");

        for (int i = 0; i < 3; i++) {
            int before = probe.calls.size();
            enqueue(ProbeKinds.LIMITED, i % 2 == 0 ? "left" : "right", 5);
            await().atMost(Duration.ofSeconds(5)).until(() -> probe.calls.size() == before + 5);
        }
    }

    @Test
    void leaveNothingReservedWhenTheyStop() throws InterruptedException {
        start("one", "shared");
        enqueue(Probe.KIND, "shared", 50);
        await().atMost(PATIENCE).until(() -> probe.calls.size() == 50);

        servers.remove(0).stop(Duration.ofSeconds(10));

        assertThat(held()).isZero();
    }

    private void countDuring(int millis) throws InterruptedException {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        Thread.sleep(millis);
        running.decrementAndGet();
    }

    private void start(String name, String queue) {
        var properties = new WorkerProperties(name, 4, Set.of(queue), Duration.ofSeconds(30), Duration.ofSeconds(7));
        var server = new WorkerServer(parts, properties, MachineRoomTest.KEEPING, false);
        servers.add(server);
        server.start();
    }

    private void enqueue(JobKind<Probe.Args> kind, String queue, int count) {
        var args = IntStream.range(0, count)
                .mapToObj(i -> Probe.Args.named("job " + i))
                .toList();
        jobs.enqueueAll(kind, args, JobOptions.NONE.queue(queue));
    }

    private int held() {
        return jdbc.sql("SELECT count(worker) FROM rowrunner.limit_slot")
                .query(Integer.class)
                .single();
    }

    private int slots() {
        return jdbc.sql("SELECT count(*) FROM rowrunner.limit_slot WHERE scope = 'queue:shared'")
                .query(Integer.class)
                .single();
    }
}
