package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.states.FailedState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@MachineRoomTest
class OutcomesTest {

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    JobStorage storage;

    @Autowired
    SettableClock clock;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void forget() {
        runDueJobs.clear();
        probe.reset();
        clock.set(clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    @Test
    void triesAgainAfterExactlyTheDelaysOfTheKindAndThenFailsForGood() {
        probe.does((args, job) -> {
            throw new IllegalStateException("provider is down");
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("doomed"));

        for (var delay : List.of(Duration.ofSeconds(30), Duration.ofMinutes(2))) {
            assertThat(runDueJobs.run()).isOne();
            assertThat(stateOf(id)).isEqualTo("scheduled");
            assertThat(dueAt(id)).isEqualTo(clock.instant().plus(delay));
            clock.advance(delay);
        }
        assertThat(runDueJobs.run()).isOne();

        assertThat(stateOf(id)).isEqualTo("failed");
        assertThat(failure(id).getExceptionMessage()).isEqualTo("provider is down");
        assertThat(probe.calls).extracting(Probe.Call::attempt).containsExactly(1, 2, 3);
    }

    @Test
    void givesEachClaimAGreaterLease() {
        probe.does((args, job) -> {
            throw new IllegalStateException("again");
        });
        jobs.enqueue(Probe.KIND, Probe.Args.named("fenced"));

        runDueJobs.run();
        clock.advance(Duration.ofHours(1));
        runDueJobs.run();
        clock.advance(Duration.ofHours(1));
        runDueJobs.run();

        assertThat(probe.calls)
                .extracting(Probe.Call::lease)
                .hasSize(3)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void succeedsOnALaterAttempt() {
        probe.does((args, job) -> {
            if (job.attempt() == 1) {
                throw new IllegalStateException("not yet");
            }
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("patient"));

        runDueJobs.run();
        clock.advance(Duration.ofSeconds(30));
        runDueJobs.run();

        assertThat(stateOf(id)).isEqualTo("succeeded");
    }

    @Test
    void failsForGoodAtOnceWhenTheArgsDoNotFit() {
        var id = store("test.probe", "{\"name\":\"x\",\"colour\":\"red\"}");

        runDueJobs.run();

        assertThat(stateOf(id)).isEqualTo("failed");
        assertThat(failure(id).getExceptionMessage()).contains("test.probe", "colour", "Probe$Args");
        assertThat(probe.calls).isEmpty();
    }

    @Test
    void keepsAJobWhoseKindIsNotHandledHereForANewerWorker() {
        var id = store("test.from-the-future", "{}");

        runDueJobs.run();

        assertThat(stateOf(id)).isEqualTo("enqueued");
    }

    @Test
    void storesProgressAndLogBesideTheJob() {
        probe.does((args, job) -> {
            job.progress(1, 4);
            job.progress(3, 4);
            job.log("three of four");
        });
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("busy"));

        runDueJobs.run();

        assertThat(storage.getJobById(id).getMetadata().keySet())
                .anyMatch(key -> key.startsWith("jobRunrDashboardProgressBar"))
                .anyMatch(key -> key.startsWith("jobRunrDashboardLog"));
        assertThat(json(id)).contains("three of four", "\"succeededAmount\": 3");
    }

    private UUID store(String kind, String args) {
        var job = new Job(new JobDetails(new StoredJob(kind, args)));
        job.setJobName(kind);
        return storage.save(job).getId();
    }

    private FailedState failure(UUID id) {
        return storage.getJobById(id).getLastJobStateOfType(FailedState.class).orElseThrow();
    }

    private String stateOf(UUID id) {
        return jdbc.sql("SELECT state FROM jobs WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private Instant dueAt(UUID id) {
        return jdbc.sql("SELECT run_at FROM jobs WHERE id = :id")
                .param("id", id)
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private String json(UUID id) {
        return jdbc.sql("SELECT jobAsJson FROM jobrunr.jobrunr_jobs WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }
}
