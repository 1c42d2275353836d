package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.Http.Answer;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What is seen over HTTP of a job that a live worker runs. */
@MachineRoomTest
class JobProgressTest {

    /** The promise is 2 s; the rest is for a machine that has more to do. */
    private static final Duration FRESH = Duration.ofSeconds(10);

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

    private final Semaphore steps = new Semaphore(0);
    private WorkerServer server;

    @BeforeEach
    void startServer() {
        runDueJobs.clear();
        probe.reset();
        server = new WorkerServer(
                parts,
                new WorkerProperties("tested", 2, Set.of(), Duration.ofSeconds(30), Duration.ofSeconds(7)),
                MachineRoomTest.KEEPING,
                false);
        server.start();
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        steps.release(100);
        server.stop(Duration.ofSeconds(10));
    }

    @Test
    void showsProgressAndLogLinesWhileTheJobRuns() {
        probe.does((args, job) -> {
            for (int i = 1; i <= 2; i++) {
                steps.acquire();
                job.progress(i, 4);
                job.log("page " + i + " is read");
            }
            steps.acquire();
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("pages"));

        steps.release();
        await().atMost(FRESH).until(() -> progressOf(id).contains("done=1"));
        steps.release();
        await().atMost(FRESH).until(() -> progressOf(id).contains("done=2"));

        var job = show(id);
        assertThat(job.body()).containsEntry("state", "processing").containsEntry("worker", "tested");
        assertThat(job.part("progress")).isEqualTo(Map.of("done", 2, "total", 4, "percent", 50));
        assertThat(job.parts("attempts"))
                .singleElement()
                .satisfies(attempt -> assertThat(attempt)
                        .containsEntry("number", 1)
                        .containsEntry("worker", "tested")
                        .containsEntry("outcome", "running")
                        .containsEntry("endedAt", null));
        assertThat(job.parts("attempts").get(0).get("log"))
                .asString()
                .contains("page 1 is read", "page 2 is read")
                .contains(clock.instant().toString());
    }

    @Test
    void stopsOnRequestAndTellsTheReason() {
        probe.does((args, job) -> steps.acquire());
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("endless"));
        await().until(() -> show(id).text("state").equals("processing"));

        var answer = new Http(api, Role.OPERATOR).delete("/api/jobs/" + id + "?reason=wrong%20month");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).containsEntry("outcome", "stopping");
        await().atMost(FRESH).until(() -> show(id).text("state").equals("deleted"));
        assertThat(show(id).body()).containsEntry("reason", "wrong month");
        assertThat(show(id).parts("attempts"))
                .singleElement()
                .satisfies(attempt -> assertThat(attempt).containsEntry("outcome", "discarded"));
    }

    @Test
    void tellsHowEachAttemptEnded() {
        probe.does((args, job) -> {
            job.log("attempt " + job.attempt());
            if (job.attempt() == 1) {
                throw new IllegalStateException("the provider is down");
            }
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("twice"));
        await().until(() -> show(id).text("state").equals("scheduled"));
        clock.advance(Duration.ofSeconds(31));
        await().until(() -> show(id).text("state").equals("succeeded"));

        assertThat(show(id).parts("attempts"))
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .containsEntry("outcome", "failed")
                                .hasEntrySatisfying(
                                        "error",
                                        error -> assertThat(error)
                                                .isEqualTo("java.lang.IllegalStateException: the provider is down"))
                                .hasEntrySatisfying(
                                        "trace",
                                        trace -> assertThat(trace).asString().contains("\tat "))
                                .hasEntrySatisfying(
                                        "log", log -> assertThat(log).asString().contains("attempt 1")),
                        second -> assertThat(second)
                                .containsEntry("outcome", "succeeded")
                                .containsEntry("error", null)
                                .hasEntrySatisfying(
                                        "log", log -> assertThat(log).asString().contains("attempt 2")));
    }

    private Answer show(UUID id) {
        return new Http(api, Role.VIEWER).get("/api/jobs/" + id);
    }

    private String progressOf(UUID id) {
        return show(id).text("progress");
    }
}
