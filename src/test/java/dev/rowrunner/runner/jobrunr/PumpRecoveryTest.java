package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.postgres.DatabaseUrl;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.TestProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A worker whose connections break at the worst moments: after a commit and before its answer. */
@Tag("slow")
@MachineRoomTest
class PumpRecoveryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Autowired
    Jobs jobs;

    @Autowired
    WorkerParts parts;

    @Autowired
    JdbcConnectionDetails details;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    JdbcClient jdbc;

    private TestProxy proxy;
    private EngineDatabase database;
    private WorkerServer server;

    @BeforeEach
    void startServerBehindAProxy() {
        runDueJobs.clear();
        probe.reset();
        var url = DatabaseUrl.parse(details.getJdbcUrl());
        proxy = TestProxy.start(url.hosts());
        database = new EngineDatabase(through(url));
        var itsParts = new WorkerParts(
                parts.storage(),
                parts.json(),
                database,
                parts.handlers(),
                parts.jsonArgs(),
                parts.bell(),
                parts.meters(),
                parts.clock());
        var properties = new WorkerProperties("cut off", 4, Set.of(), Duration.ofSeconds(30), Duration.ofSeconds(4));
        server = new WorkerServer(itsParts, properties, MachineRoomTest.KEEPING, false);
        server.start();
    }

    private JdbcConnectionDetails through(DatabaseUrl url) {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return url.userName().orElseThrow();
            }

            @Override
            public String getPassword() {
                return url.secret().orElseThrow();
            }

            @Override
            public String getJdbcUrl() {
                return "jdbc:postgresql://" + proxy.hostAndPort() + "/" + url.database() + "?prepareThreshold=0";
            }
        };
    }

    @AfterEach
    void stopServer() throws InterruptedException, IOException {
        proxy.losesCommitAnswer(() -> false);
        proxy.unshut();
        server.stop(Duration.ofSeconds(10));
        database.close();
        proxy.close();
    }

    @Test
    void storesAnOutcomeOnceWhoseCommitWasDoneAndNotAnswered() {
        var end = new CountDownLatch(1);
        probe.does((args, job) -> {
            end.await();
            if (args.name().equals("failing")) {
                throw new IllegalStateException("no");
            }
        });
        var good = jobs.enqueue(Probe.KIND, Probe.Args.named("good"));
        var failing = jobs.enqueue(Probe.KIND, Probe.Args.named("failing"));
        await().atMost(PATIENCE).until(() -> probe.calls.size() == 2);

        var lost = loseCommitAnswers(2);
        end.countDown();

        await().atMost(PATIENCE).until(() -> server.pump().running().count() == 0);
        assertThat(lost).hasValue(0);
        assertThat(row(good)).isEqualTo("SUCCEEDED 3 1");
        assertThat(row(failing)).isEqualTo("SCHEDULED 3 1");
        assertThat(failures(failing)).isOne();
    }

    @Test
    void givesBackWhatItClaimedWithoutKnowingAtNoCost() {
        var lost = loseCommitAnswers(1);
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("claimed twice"));

        await().atMost(PATIENCE).until(() -> row(id).startsWith("SUCCEEDED"));
        assertThat(lost).hasValue(0);
        assertThat(probe.calls).hasSize(1);
        assertThat(probe.calls.get(0).attempt()).isOne();
    }

    @Test
    void runsEachJobOnceThoughEveryThirdAnswerIsLost() {
        var random = new Random(7);
        proxy.losesCommitAnswer(() -> random.nextInt(3) == 0);

        jobs.enqueueAll(
                Probe.KIND,
                IntStream.range(0, 100)
                        .mapToObj(i -> Probe.Args.named("job " + i))
                        .toList());

        await().atMost(PATIENCE).until(() -> countOf("SUCCEEDED") == 100);
        assertThat(probe.calls).hasSize(100);
        assertThat(probe.calls).extracting(call -> call.args().name()).doesNotHaveDuplicates();
    }

    @Test
    void isRefusedWhatItCouldNotStoreBeforeItLostItsLeaseAndWorksOn() {
        var end = new CountDownLatch(1);
        probe.does((args, job) -> end.await());
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("taken"));
        await().atMost(PATIENCE).until(() -> probe.calls.size() == 1);

        proxy.shut();
        end.countDown();
        declareLost();
        runDueJobs.run();
        var stored = row(id);
        proxy.unshut();
        await().atMost(PATIENCE).until(() -> server.pump().running().count() == 0);
        var next = jobs.enqueue(Probe.KIND, Probe.Args.named("next"));

        await().atMost(PATIENCE).until(() -> row(next).startsWith("SUCCEEDED"));
        assertThat(stored).isEqualTo("SUCCEEDED 5 2");
        assertThat(row(id)).isEqualTo(stored);
        assertThat(probe.calls).hasSize(3);
    }

    @Test
    void claimsNothingUnderANumberThatWasTakenForLost() {
        await().atMost(PATIENCE).until(() -> beatAgeMillis() < 200);
        declareLost();

        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("late"));

        await().atMost(PATIENCE).until(() -> row(id).startsWith("SUCCEEDED"));
        assertThat(jdbc.sql(
                                "SELECT w.ended_at IS NULL FROM rowrunner.job j JOIN rowrunner.worker w ON w.id = j.worker WHERE j.id = :id")
                        .param("id", id)
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(probe.calls).hasSize(1);
    }

    @Test
    void givesBackAtOnceWhatItClaimedWhileItWasToldToStop() {
        var committed = new CompletableFuture<Void>();
        var answer = new CompletableFuture<Void>();
        proxy.losesCommitAnswer(() -> {
            committed.complete(null);
            answer.join();
            return false;
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("never begun"));
        committed.join();

        var stopped = CompletableFuture.runAsync(this::stopNow);
        await().pollDelay(Duration.ofMillis(300)).until(() -> !stopped.isDone());
        answer.complete(null);
        stopped.join();

        assertThat(row(id)).isEqualTo("ENQUEUED 3 0");
        assertThat(probe.calls).isEmpty();
    }

    private void stopNow() {
        try {
            server.stop(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private AtomicInteger loseCommitAnswers(int answers) {
        var left = new AtomicInteger(answers);
        proxy.losesCommitAnswer(() -> left.getAndUpdate(n -> Math.max(n - 1, 0)) > 0);
        return left;
    }

    private void declareLost() {
        jdbc.sql(
                        "UPDATE rowrunner.worker SET beat_at = beat_at - interval '1 hour' WHERE ended_at IS NULL AND name = 'cut off'")
                .update();
        jdbc.sql("SELECT count(*) FROM rowrunner.rescue(interval '30 minutes')")
                .query(Integer.class)
                .single();
    }

    private int beatAgeMillis() {
        return jdbc.sql(
                        "SELECT extract(epoch FROM clock_timestamp() - max(beat_at)) * 1000 FROM rowrunner.worker WHERE name = 'cut off'")
                .query(Integer.class)
                .single();
    }

    private int failures(UUID id) {
        return jdbc.sql(
                        "SELECT count(*) FROM rowrunner.job_history, jsonb_array_elements(states) s WHERE id = :id AND s ->> 'state' = 'FAILED'")
                .param("id", id)
                .query(Integer.class)
                .single();
    }

    private int countOf(String state) {
        return jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE state = :state")
                .param("state", state)
                .query(Integer.class)
                .single();
    }

    /** State, version and attempt. */
    private String row(UUID id) {
        return jdbc.sql("SELECT concat_ws(' ', state, version, attempt) FROM rowrunner.job WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }
}
