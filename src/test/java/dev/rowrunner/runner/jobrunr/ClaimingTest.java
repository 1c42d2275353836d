package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Live workers: what wakes them, and what they never do however many of them there are. */
@Tag("slow")
@MachineRoomTest
class ClaimingTest {

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
    JdbcClient jdbc;

    private final List<WorkerServer> servers = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void forget() {
        runDueJobs.clear();
        probe.reset();
    }

    @AfterEach
    void stopServers() throws InterruptedException {
        release.countDown();
        for (var server : servers) {
            server.stop(Duration.ofSeconds(10));
        }
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name NOT IN (SELECT queue FROM rowrunner.kind)")
                .update();
    }

    @Test
    void neverRunsMoreThanTheLimitsOfQueuesKindsAndKeysSay() {
        jdbc.sql("INSERT INTO rowrunner.queue (name, concurrency) VALUES ('narrow', 3)")
                .update();
        var running = new Running();
        probe.does(running::guard);
        enqueueAll(Probe.KIND, 150, "narrow", JobOptions.NONE.queue("narrow"));
        enqueueAll(ProbeKinds.LIMITED, 60, "limited", JobOptions.NONE);
        for (var key : List.of("key a", "key b", "key c")) {
            enqueueAll(ProbeKinds.KEYED, 20, key, JobOptions.NONE);
        }

        IntStream.range(0, 3).forEach(i -> start(6));

        await().until(() -> countOf("SUCCEEDED") == 270);
        assertThat(running.most)
                .containsEntry("limited", 2)
                .containsEntry("key a", 1)
                .containsEntry("key b", 1)
                .containsEntry("key c", 1)
                .containsEntry("narrow", 3);
        assertThat(probe.calls).hasSize(270);
    }

    @Test
    void neverRunsTwoOfAKeyThatFewJobsOfTheKindHave() {
        var running = new Running();
        probe.does(running::guard);
        for (int i = 0; i < 10; i++) {
            enqueueAll(Probe.KIND, 6, "free", JobOptions.NONE);
            enqueueAll(Probe.KIND, 2, "key", JobOptions.NONE.concurrencyKey("key"));
        }

        IntStream.range(0, 2).forEach(i -> start(6));

        await().until(() -> countOf("SUCCEEDED") == 80);
        assertThat(running.most).containsEntry("key", 1);
        assertThat(probe.calls).hasSize(80);
    }

    /** How many of each name run, and ran at most, at once. */
    private static final class Running {
        private final Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
        final Map<String, Integer> most = new ConcurrentHashMap<>();

        void guard(Probe.Args args, JobContext job) throws InterruptedException {
            var count = now.computeIfAbsent(args.name(), name -> new AtomicInteger());
            most.merge(args.name(), count.incrementAndGet(), Math::max);
            // Something that takes a moment.
            new CountDownLatch(1).await(3, TimeUnit.MILLISECONDS);
            count.decrementAndGet();
        }
    }

    @Test
    void passesAThousandJobsOfABusyKey() {
        probe.does((args, job) -> {
            if (args.name().equals("busy")) {
                release.await();
            }
        });
        enqueueAll(ProbeKinds.KEYED, 1000, "busy", JobOptions.NONE);
        clock.advance(Duration.ofSeconds(1));
        enqueueAll(ProbeKinds.KEYED, 5, "other", JobOptions.NONE);

        start(2);

        await().until(() -> countOf("SUCCEEDED") == 5);
        assertThat(countOf("PROCESSING")).isOne();
        jdbc.sql(
                        "SELECT outcome FROM rowrunner.discard(ARRAY(SELECT id FROM rowrunner.job WHERE parked ORDER BY claim_key, id OFFSET 50))")
                .query(String.class)
                .list();
        release.countDown();
        await().until(() -> countOf("PROCESSING") + countOf("ENQUEUED") == 0);
        assertThat(probe.calls).hasSizeBetween(50, 60);
    }

    @Test
    void letsAnotherTenantWaitForTheOccupiedSlotsAndOneJobOfEachTenantAtMost() {
        int slots = 4;
        var permits = new Semaphore(0);
        probe.does((args, job) -> permits.acquire());
        for (int i = 0; i < 4; i++) {
            enqueueAll(ProbeKinds.OF_TENANTS, 5000, "crowd", JobOptions.NONE);
        }
        start(slots);
        await().until(() -> probe.calls.size() == slots);

        clock.advance(Duration.ofHours(1));
        enqueueAll(ProbeKinds.OF_TENANTS, 100, "b", JobOptions.NONE);
        enqueueAll(ProbeKinds.OF_TENANTS, 1, "z", JobOptions.NONE);
        for (int i = 1; i <= 3; i++) {
            int started = slots + i;
            permits.release();
            await().until(() -> probe.calls.size() >= started);
        }

        assertThat(probe.calls.subList(slots, slots + 3))
                .extracting(call -> call.args().name())
                .contains("b", "z");
        jdbc.sql("DELETE FROM rowrunner.job WHERE state = 'ENQUEUED'").update();
        permits.release(20_000);
    }

    @Test
    void isWokenByEveryWayInWhichAJobBecomesReady() {
        jdbc.sql("INSERT INTO rowrunner.queue (name, paused) VALUES ('held', true)")
                .update();
        var server = server(2, Set.of());
        server.pump().scout().pollEvery(Duration.ofHours(1));
        server.start();
        await().until(this::someoneListens);

        jobs.enqueue(Probe.KIND, Probe.Args.named("by Java"));
        awaitCall("by Java");

        jdbc.sql("SELECT rowrunner.enqueue('test.probe', '{\"name\": \"by SQL\"}')")
                .query(UUID.class)
                .single();
        awaitCall("by SQL");

        storeSilently("by another process");
        try (var bell = new Bell(parts.database())) {
            bell.ring(Map.of(new Lane("default", "test.probe", ""), clock.instant()));
            awaitCall("by another process");
        }

        jobs.schedule(Probe.KIND, Probe.Args.named("due"), clock.instant().plusSeconds(60));
        clock.advance(Duration.ofMinutes(1));
        awaitCall("due");

        probe.does((args, job) -> {
            if (args.name().equals("fails") && job.attempt() == 1) {
                throw new IllegalStateException("once");
            }
        });
        var retried = jobs.enqueue(Probe.KIND, Probe.Args.named("fails"));
        await().until(() -> stateOf(retried).equals("SCHEDULED"));
        clock.advance(Duration.ofMinutes(1));
        await().until(() -> stateOf(retried).equals("SUCCEEDED"));

        jdbc.sql("SELECT rowrunner.requeue(ARRAY [:id]::uuid[])")
                .param("id", retried)
                .query(UUID.class)
                .single();
        await().until(() -> callsOf("fails") == 3);

        var held = jobs.enqueue(Probe.KIND, Probe.Args.named("held"), JobOptions.NONE.queue("held"));
        assertThat(stateOf(held)).isEqualTo("ENQUEUED");
        jdbc.sql("UPDATE rowrunner.queue SET paused = false WHERE name = 'held'")
                .update();
        awaitCall("held");

        enqueueAll(ProbeKinds.KEYED, 5, "parked", JobOptions.NONE);
        await().until(() -> callsOf("parked") == 5);
    }

    @Test
    void listensToItsQueuesOnly() {
        jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES ('mine'), ('yours')")
                .update();
        var server = server(2, Set.of("mine"));
        server.start();

        var yours = jobs.enqueue(Probe.KIND, Probe.Args.named("yours"), JobOptions.NONE.queue("yours"));
        jobs.enqueue(Probe.KIND, Probe.Args.named("mine"), JobOptions.NONE.queue("mine"));

        awaitCall("mine");
        assertThat(stateOf(yours)).isEqualTo("ENQUEUED");
        assertThat(callsOf("yours")).isZero();
    }

    @Test
    void doesNotStartForAQueueThatDoesNotExistAndNamesTheNearest() {
        var server = server(2, Set.of("default", "defualt"));

        assertThatIllegalStateException()
                .isThrownBy(server::start)
                .withMessageContaining("rowrunner.worker.queues")
                .withMessageContaining("'defualt'")
                .withMessageContaining("did you mean 'default'");
        assertThat(jdbc.sql("SELECT count(*) FROM rowrunner.worker WHERE ended_at IS NULL AND name = 'tested'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void interruptsAnAttemptThatTakesTooLongWhichFailsWithThatReason() {
        probe.does((args, job) -> new CountDownLatch(1).await());
        start(1);
        var id = jobs.enqueue(ProbeKinds.HASTY, Probe.Args.named("slow"));

        await().until(() -> stateOf(id).equals("SCHEDULED"));

        assertThat(history(id)).containsEntry("reason", "Retry 1 of 1: timed out after PT0.2S");
        assertThat((OffsetDateTime) jdbc.sql("SELECT run_at FROM rowrunner.job WHERE id = :id")
                        .param("id", id)
                        .query(OffsetDateTime.class)
                        .single())
                .isEqualTo(clock.instant().plusSeconds(30).atOffset(ZoneOffset.UTC));
    }

    @Test
    void failsAnAttemptThatSwallowedItsTimeout() {
        probe.does((args, job) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException swallowed) {
                // as handlers do
            }
        });
        start(1);

        var id = jobs.enqueue(ProbeKinds.HASTY, Probe.Args.named("slow"));

        await().until(() -> stateOf(id).equals("SCHEDULED"));
        assertThat((String) history(id).get("reason")).contains("timed out");
    }

    @Test
    void stopsARunningJobThatIsCancelled() {
        probe.does((args, job) -> new CountDownLatch(1).await());
        start(1);
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("endless"));
        awaitCall("endless");

        var answer = jdbc.sql("SELECT outcome FROM rowrunner.discard(ARRAY [:id]::uuid[], 'enough')")
                .param("id", id)
                .query(String.class)
                .single();

        assertThat(answer).isEqualTo("stopping");
        await().until(() -> stateOf(id).equals("DELETED"));
        assertThat(history(id)).containsEntry("reason", "enough");
    }

    @Test
    void leavesAStuckJobItsSlotAndRunsItNowhereElse() {
        var ends = new AtomicBoolean();
        probe.does((args, job) -> {
            while (!ends.get()) {
                try {
                    release.await();
                } catch (InterruptedException ignored) {
                    // which is what makes it stuck
                }
            }
        });
        start(1);
        var id = jobs.enqueue(ProbeKinds.HASTY, Probe.Args.named("stubborn"));
        awaitCall("stubborn");

        start(1);
        await().until(() -> jdbc.sql("SELECT sum(stuck) FROM rowrunner.worker WHERE ended_at IS NULL")
                        .query(Integer.class)
                        .single()
                == 1);

        assertThat(stateOf(id)).isEqualTo("PROCESSING");
        assertThat(probe.calls).hasSize(1);
        ends.set(true);
        release.countDown();
        await().until(() -> stateOf(id).equals("SCHEDULED"));
        assertThat(probe.calls).hasSize(1);
    }

    private WorkerServer start(int threads) {
        var server = server(threads, Set.of());
        server.start();
        return server;
    }

    private WorkerServer server(int threads, Set<String> queues) {
        var properties = new WorkerProperties("tested", threads, queues, Duration.ofSeconds(30), Duration.ofSeconds(7));
        var server = new WorkerServer(parts, properties, MachineRoomTest.KEEPING, false);
        servers.add(server);
        return server;
    }

    private void enqueueAll(JobKind<Probe.Args> kind, int count, String name, JobOptions options) {
        jobs.enqueueAll(
                kind,
                IntStream.range(0, count).mapToObj(i -> Probe.Args.named(name)).toList(),
                options);
    }

    /** As a process does whose NOTIFY comes later. */
    private void storeSilently(String name) {
        jdbc.sql(
                        "SELECT rowrunner.insert_jobs('test.probe', ARRAY [gen_random_uuid()], ARRAY [jsonb_build_object('name', :name)],"
                                + " NULL, NULL, NULL, NULL, NULL, NULL, NULL, :now)::text")
                .param("name", name)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .single();
    }

    private boolean someoneListens() {
        return jdbc.sql(
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private void awaitCall(String name) {
        await().until(() -> callsOf(name) == 1);
    }

    private long callsOf(String name) {
        return probe.calls.stream()
                .filter(call -> call.args().name().equals(name))
                .count();
    }

    private int countOf(String state) {
        return jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE state = :state")
                .param("state", state)
                .query(Integer.class)
                .single();
    }

    private String stateOf(UUID id) {
        return jdbc.sql("SELECT state FROM rowrunner.job WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private Map<String, Object> history(UUID id) {
        return jdbc.sql("SELECT reason, last_error FROM rowrunner.job_history WHERE id = :id")
                .param("id", id)
                .query()
                .singleRow();
    }
}
