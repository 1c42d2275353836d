package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.Snooze;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.Http.Answer;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Each answer to why a job does not run, in the situation that it is about, with live workers. */
@Tag("slow")
@MachineRoomTest
class WhyTest {

    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @Autowired
    Api api;

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
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now(), ended_by = 'stopped' WHERE ended_at IS NULL")
                .update();
    }

    @AfterEach
    void stopServers() throws InterruptedException {
        release.countDown();
        for (var server : servers) {
            server.stop(Duration.ofSeconds(10));
        }
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name NOT IN (SELECT queue FROM rowrunner.kind)")
                .update();
        jdbc.sql("DELETE FROM rowrunner.kind WHERE name = 'test.unhandled'").update();
        jdbc.sql(
                        "UPDATE rowrunner.queue SET concurrency = NULL, rate_jobs = NULL, rate_interval = NULL, paused = false")
                .update();
    }

    // ---- nobody looks

    @Test
    void noWorkerIsAlive() {
        var id = enqueue(Probe.KIND);

        assertWhy(id, "no_worker_listens", "No worker is alive", "queue 'default'", "start one");
    }

    @Test
    void theLiveWorkersListenToOtherQueues() {
        queue("mine", "");
        queue("yours", "");
        start(1, Set.of("mine"));
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("yours"));

        assertWhy(id, "no_worker_listens", "queue 'yours'", "tested (mine)");
    }

    @Test
    void aWorkerThatHasFallenSilentDoesNotListen() {
        jdbc.sql("""
                        INSERT INTO rowrunner.worker (server, name, kinds, slots, started_at, beat_at)
                        VALUES (gen_random_uuid(), 'silent', '{test.probe}', 1, now(), now() - interval '11 seconds')
                        """).update();
        var id = enqueue(Probe.KIND);

        assertWhy(id, "no_worker_listens", "No worker is alive");
    }

    @Test
    void noWorkerHasAHandlerForTheKind() {
        new JobRows(jdbc).kind("test.unhandled");
        start(1, Set.of());
        var id = jdbc.sql("SELECT rowrunner.enqueue('test.unhandled')")
                .query(UUID.class)
                .single();

        assertWhy(id, "no_handler", "kind 'test.unhandled'", "start a process that has one");
    }

    @Test
    void theWorkerWithTheHandlerListensToOtherQueues() {
        queue("mine", "");
        start(1, Set.of("mine"));
        jdbc.sql("""
                        INSERT INTO rowrunner.worker (server, name, kinds, slots, started_at, beat_at)
                        VALUES (gen_random_uuid(), 'handless', '{}', 1, now(), 'infinity')
                        """).update();
        var id = enqueue(Probe.KIND);

        assertWhy(id, "no_handler", "listen to queue 'default' (handless)", "those that have (tested)");
    }

    @Test
    void theQueueIsPausedAndWhatComesAfterThatIsToldToo() {
        queue("held", ", paused", ", true");
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("held"));

        var why = assertWhy(id, "queue_paused", "POST /api/queues/held/resume", "After that: no_worker_listens");
        assertThat(why.part("detail").get("also")).asString().contains("No worker is alive");

        start(1, Set.of());
        new Http(api, Role.OPERATOR).post("/api/queues/held/resume");
        await().until(() -> code(id).equals("succeeded"));
    }

    @Test
    void theQueueWasDeleted() {
        queue("gone", "");
        start(1, Set.of());
        stopClaiming();
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("gone"));
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = 'gone'").update();

        assertWhy(id, "no_such_queue", "Queue 'gone' does not exist any more", "PUT /api/queues/gone");
    }

    // ---- a limit is full

    @Test
    void theLimitOfTheQueueIsHeldByOthers() {
        queue("narrow", ", concurrency", ", 1");
        start(4, Set.of());
        var holder = enqueueHolder(Probe.KIND, JobOptions.NONE.queue("narrow"));
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("narrow"));

        var why =
                assertWhy(id, "queue_limit_held", "Queue 'narrow' runs at most 1", holder.toString(), "worker tested");
        assertThat(why.part("detail")).containsEntry("limit", 1).containsEntry("taken", 1);
        assertThat(why.part("detail").get("holders")).asString().contains(holder.toString());

        release.countDown();
        await().until(() -> code(id).equals("succeeded"));
    }

    @Test
    void theLimitOfTheQueueIsZero() {
        queue("shut", ", concurrency", ", 0");
        start(4, Set.of());
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("shut"));

        assertWhy(id, "queue_limit_held", "has a limit of 0", "raise it");
    }

    @Test
    void theLimitOfTheKindIsHeldByOthers() {
        start(4, Set.of());
        var first = enqueueHolder(ProbeKinds.LIMITED, JobOptions.NONE);
        var second = enqueueHolder(ProbeKinds.LIMITED, JobOptions.NONE);
        var id = enqueue(ProbeKinds.LIMITED);

        assertWhy(id, "kind_limit_held", "Kind 'test.limited' runs at most 2", first.toString(), second.toString());
    }

    @Test
    void theConcurrencyKeyIsHeldByAnother() {
        start(4, Set.of());
        var holder = enqueueHolder(ProbeKinds.KEYED, JobOptions.NONE);
        var next = enqueue(ProbeKinds.KEYED);
        clock.advance(Duration.ofSeconds(1));
        var id = enqueue(ProbeKinds.KEYED);

        await().until(() -> parked() == 2);
        assertWhy(next, "key_held", "'test.keyed:blocked'", holder.toString(), "it is the first for this key");
        assertWhy(id, "key_held", "1 job is before it for this key");
    }

    @Test
    void theRateOfTheQueueIsSpent() {
        queue("slow", ", rate_jobs, rate_interval", ", 1, '1 hour'");
        start(4, Set.of());
        enqueueHolder(Probe.KIND, JobOptions.NONE.queue("slow"));
        var id = enqueue(Probe.KIND, JobOptions.NONE.queue("slow"));

        var why = assertWhy(id, "rate_limited", "starts 1 job in 1 h", "can't start before");
        assertThat(why.part("detail")).containsKey("notBefore");
    }

    // ---- its turn comes

    @Test
    void allSlotsOfTheWorkersAreBusy() {
        start(1, Set.of());
        var holder = enqueueHolder(Probe.KIND, JobOptions.NONE);
        enqueue(Probe.KIND);
        clock.advance(Duration.ofSeconds(1));
        var id = enqueue(Probe.KIND);

        var why = assertWhy(id, "workers_busy", "All 1 slots", holder.toString(), "1 job is before it in its lane");
        assertThat(why.part("detail")).containsEntry("slots", 1).containsEntry("ahead", 1);
    }

    @Test
    void itIsAboutToStart() {
        start(3, Set.of());
        stopClaiming();
        var first = enqueue(Probe.KIND);
        clock.advance(Duration.ofSeconds(1));
        var second = enqueue(Probe.KIND);

        assertWhy(first, "about_to_start", "3 of 3 slots are free (tested)", "it is the first in its lane");
        assertWhy(second, "about_to_start", "1 job is before it in its lane");
    }

    @Test
    void itHasJustBecomeDue() {
        start(1, Set.of());
        stopClaiming();
        var id = jobs.schedule(Probe.KIND, blocked(), clock.instant().plusSeconds(5));

        clock.advance(Duration.ofSeconds(6));

        assertWhy(id, "about_to_start", "ready since");
    }

    // ---- its time has not come

    @Test
    void itIsScheduledForLater() {
        start(1, Set.of());
        var id = jobs.schedule(Probe.KIND, blocked(), clock.instant().plus(Duration.ofMinutes(90)));

        assertWhy(id, "scheduled_for_later", "(in 1 h 30 min)", "requeue it to run it now");
    }

    @Test
    void itIsScheduledForLaterInAQueueThatIsPaused() {
        queue("held", ", paused", ", true");
        var later = JobOptions.NONE.queue("held").delay(Duration.ofDays(2));
        var id = enqueue(Probe.KIND, later);

        assertWhy(id, "scheduled_for_later", "(in 2 d)", "By then this must change: Queue 'held' is paused");
    }

    @Test
    void itsRetryIsDueLater() {
        probe.does((args, job) -> {
            throw new IllegalStateException("the provider is down");
        });
        start(1, Set.of());
        var id = enqueue(Probe.KIND);

        await().until(() -> code(id).equals("retry_due"));
        var why = assertWhy(
                id, "retry_due", "Attempt 1 failed", "the provider is down", "attempt 2 of 3 is due", "(in 30 s)");
        assertThat(why.part("detail")).containsEntry("attempt", 1).containsEntry("maxAttempts", 3);
    }

    @Test
    void itsHandlerPutItOff() {
        var until = clock.instant().plusSeconds(120);
        probe.does((args, job) -> {
            throw new Snooze(until, "the statement is not out yet");
        });
        start(1, Set.of());
        var id = enqueue(Probe.KIND);

        await().until(() -> code(id).equals("snoozed"));
        assertWhy(id, "snoozed", "(in 2 min)", "the statement is not out yet");
    }

    // ---- it runs, or has ended

    @Test
    void itRuns() {
        probe.does((args, job) -> {
            job.progress(3, 12);
            release.await();
        });
        start(1, Set.of());
        var id = enqueue(Probe.KIND);

        await().until(() -> why(id).text("sentence").contains("3 of 12 done"));
        assertWhy(id, "running", "attempt 1 on worker tested since");
    }

    @Test
    void itsWorkerWasLost() {
        var id = enqueue(Probe.KIND);
        runDueJobs.signOnAnew();
        runDueJobs.claimOnly();
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now(), ended_by = 'lost: no beat' WHERE ended_at IS NULL")
                .update();

        assertWhy(id, "worker_lost", "Its worker test has ended (lost: no beat)", "no worker is alive");
    }

    @Test
    void itHasSucceeded() {
        var id = enqueue(Probe.KIND);
        runDueJobs.run();

        assertWhy(id, "succeeded", "It succeeded at", "in attempt 1");
    }

    @Test
    void itIsADeadLetter() {
        probe.does((args, job) -> {
            throw new IllegalStateException("the account is closed");
        });
        var id = enqueue(Probe.KIND);
        for (int i = 0; i < 3; i++) {
            runDueJobs.run();
            clock.advance(Duration.ofMinutes(2));
        }

        assertWhy(id, "failed", "dead letter", "after attempt 3", "the account is closed", "requeue or discard it");
    }

    @Test
    void itWasDiscardedForAReason() {
        probe.does((args, job) -> {
            throw new Discard("the merchant has left");
        });
        var id = enqueue(Probe.KIND);
        runDueJobs.run();

        assertWhy(id, "deleted", "It was discarded at", "the merchant has left");
    }

    @Test
    void thereIsNoSuchJob() {
        var answer = why(UUID.randomUUID());

        assertThat(answer.status()).isEqualTo(404);
    }

    // ----

    private Answer assertWhy(UUID id, String code, String... sentence) {
        var why = why(id);
        assertThat(why.status()).isEqualTo(200);
        assertThat(why.body()).as(why.text("sentence")).containsEntry("code", code);
        assertThat(why.text("sentence")).contains(sentence);
        return why;
    }

    private Answer why(UUID id) {
        return new Http(api, Role.VIEWER).get("/api/jobs/" + id + "/why");
    }

    private String code(UUID id) {
        return why(id).text("code");
    }

    private static Probe.Args blocked() {
        return Probe.Args.named("blocked");
    }

    private UUID enqueue(JobKind<Probe.Args> kind) {
        return enqueue(kind, JobOptions.NONE);
    }

    private UUID enqueue(JobKind<Probe.Args> kind, JobOptions options) {
        return jobs.enqueue(kind, blocked(), options);
    }

    /** A job that runs until the test is over. */
    private UUID enqueueHolder(JobKind<Probe.Args> kind, JobOptions options) {
        probe.does((args, job) -> release.await());
        var id = enqueue(kind, options);
        await().until(() -> code(id).equals("running"));
        return id;
    }

    private void queue(String name, String columns) {
        queue(name, columns, columns);
    }

    private void queue(String name, String columns, String values) {
        jdbc.sql("INSERT INTO rowrunner.queue (name" + columns + ") VALUES (:name" + values + ")")
                .param("name", name)
                .update();
    }

    private int parked() {
        return jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE parked")
                .query(Integer.class)
                .single();
    }

    private void start(int threads, Set<String> queues) {
        var properties = new WorkerProperties("tested", threads, queues, Duration.ofSeconds(30), Duration.ofSeconds(7));
        var server = new WorkerServer(parts, properties, MachineRoomTest.KEEPING, false);
        servers.add(server);
        server.start();
    }

    /** It goes on to beat. */
    private void stopClaiming() {
        servers.forEach(server -> server.pump().stopClaiming());
    }
}
