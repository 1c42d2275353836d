package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Snooze;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How attempts end otherwise than by success, and what is stored of that. */
@Tag("slow")
@MachineRoomTest
class EndingTest {

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

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
    void endsADiscardedJobWithTheReasonOfItsHandler() {
        probe.does((args, job) -> {
            throw new Discard("the account\0 is closed");
        });
        var id = enqueue();

        runDueJobs.run();
        clock.advance(Duration.ofDays(1));

        assertThat(runDueJobs.run()).isZero();
        assertThat(row(id)).containsEntry("state", "DELETED");
        assertThat(history(id)).containsEntry("reason", "Discarded by its handler: the account  is closed");
    }

    @Test
    void snoozesUntilExactlyTheTimeAndCountsNoAttempt() {
        var until = clock.instant().plus(Duration.ofHours(3));
        probe.does((args, job) -> {
            if (probe.calls.size() < 3) {
                throw new Snooze(until, "the market opens at noon");
            }
        });
        var id = enqueue();

        runDueJobs.run();
        assertThat(row(id)).containsEntry("run_at", until.atOffset(ZoneOffset.UTC));
        clock.set(until.minusMillis(1));
        assertThat(runDueJobs.run()).isZero();
        clock.set(until);
        assertThat(runDueJobs.run()).isEqualTo(2);

        assertThat(probe.calls).extracting(Probe.Call::attempt).containsOnly(1);
        assertThat(row(id)).containsEntry("state", "SUCCEEDED");
    }

    @Test
    void countsASnoozeAsAFailureWhenThereWereTooMany() {
        probe.does((args, job) -> {
            throw new Snooze(clock.instant(), "never");
        });
        var id = enqueue();
        jdbc.sql("UPDATE rowrunner.job SET snoozes = :most")
                .param("most", Snooze.MOST - 1)
                .update();

        assertThat(runDueJobs.run()).isEqualTo(2);

        assertThat(row(id)).containsEntry("state", "SCHEDULED");
        assertThat((String) history(id).get("reason")).contains("snoozed more than 1000 times");
    }

    static Stream<Throwable> whatHandlersThrow() {
        return Stream.of(
                new Error("an error"),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new IllegalStateException("with NUL \0 and half a pair \ud800"),
                new IllegalStateException("x".repeat(10_000_000)),
                new IllegalStateException((String) null),
                new Unreadable());
    }

    /** One that fails when it is looked at. */
    private static class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @ParameterizedTest
    @MethodSource("whatHandlersThrow")
    void triesAgainWhateverWasThrown(Throwable thrown) {
        probe.does((args, job) -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        });
        var id = enqueue();

        runDueJobs.run();

        assertThat(row(id)).containsEntry("state", "SCHEDULED");
        assertThat((String) history(id).get("last_error"))
                .startsWith(thrown.getClass().getName())
                .hasSizeLessThanOrEqualTo(4000);
        assertThat(String.valueOf(history(id).get("states"))).hasSizeLessThan(30_000);
        clock.advance(Duration.ofSeconds(30));
        probe.does((args, job) -> {});
        runDueJobs.run();
        assertThat(row(id)).containsEntry("state", "SUCCEEDED");
    }

    @Test
    void survivesAStackThatReallyOverflows() {
        probe.does((args, job) -> overflow(0));
        var id = enqueue();

        runDueJobs.run();

        assertThat((String) history(id).get("last_error")).startsWith("java.lang.StackOverflowError");
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow(int depth) {
        return depth < 0 ? 0 : overflow(depth + 1) + 1;
    }

    @Test
    void leavesNoInterruptionToTheThreadsNextJob() {
        probe.does((args, job) -> Thread.currentThread().interrupt());
        var id = enqueue();

        runDueJobs.run();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(row(id)).containsEntry("state", "SUCCEEDED");
    }

    @Test
    void keepsTheNewestLinesOfALogAndTheBeginningOfEach() {
        probe.does((args, job) -> {
            for (int i = 0; i < 600; i++) {
                job.log("line " + i + "\0");
            }
            job.log("y".repeat(5000));
        });
        var id = enqueue();

        runDueJobs.run();

        assertThat(jdbc.sql(
                                "SELECT jsonb_array_length(log) AS lines, log -> 0 ->> 'logMessage' AS first,"
                                        + " length(log -> -1 ->> 'logMessage') AS last FROM rowrunner.job_progress WHERE id = :id")
                        .param("id", id)
                        .query()
                        .singleRow())
                .containsEntry("lines", 500)
                .containsEntry("first", "line 101 ")
                .containsEntry("last", 2004);
    }

    @Test
    void keepsTheBeginningAndTheEndOfALongStory() {
        probe.does((args, job) -> {
            for (int i = 0; i < 500; i++) {
                job.log("z".repeat(1000));
            }
            if (probe.calls.size() <= 60) {
                throw new Snooze(clock.instant(), "again");
            }
        });
        var id = enqueue();

        assertThat(runDueJobs.run()).isEqualTo(61);

        assertThat(jdbc.sql("SELECT jsonb_array_length(states) FROM rowrunner.job_history WHERE id = :id")
                        .param("id", id)
                        .query(Integer.class)
                        .single())
                .isLessThanOrEqualTo(100);
        assertThat(jdbc.sql("SELECT length(metadata::text) FROM rowrunner.job_history WHERE id = :id")
                        .param("id", id)
                        .query(Integer.class)
                        .single())
                .isLessThan(6_000_000);
    }

    @Test
    void costsAnAttemptWhenTheWorkerIsLostAndRefusesWhatItSaysLater() {
        var id = enqueue();
        var lost = runDueJobs.claimOnly();

        rescueAll();
        assertThat(row(id)).containsEntry("state", "ENQUEUED").containsEntry("attempt", 1);
        runDueJobs.run();

        assertThat(probe.calls).extracting(Probe.Call::attempt).containsExactly(2);
        assertThat(runDueJobs.succeed(lost)).containsExactlyElementsOf(lost);
        assertThat((String) history(id).get("last_error")).contains("was lost while it ran this attempt");
    }

    @Test
    void isADeadLetterWhenTheLastAttemptWasLost() {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("doomed"));
        for (int i = 0; i < 3; i++) {
            assertThat(runDueJobs.claimOnly()).hasSize(1);
            rescueAll();
        }

        assertThat(row(id)).containsEntry("state", "FAILED");
        assertThat(history(id)).containsEntry("reason", "attempts exhausted: worker lost");
        assertThat(runDueJobs.run()).isZero();
    }

    @Test
    void supersedesALostJobWhoseKeyAnotherHasTaken() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        runDueJobs.claimOnly();
        var second = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));

        rescueAll();

        assertThat(row(first)).containsEntry("state", "DELETED");
        assertThat(row(second)).containsEntry("state", "ENQUEUED");
    }

    @Test
    void freesLimitsAndKeysWithALostWorker() {
        jobs.enqueue(ProbeKinds.KEYED, Probe.Args.named("k"));
        jobs.enqueue(ProbeKinds.KEYED, Probe.Args.named("k"));
        jobs.enqueueAll(
                ProbeKinds.LIMITED, List.of(Probe.Args.named("1"), Probe.Args.named("2"), Probe.Args.named("3")));
        assertThat(runDueJobs.claimOnly()).hasSize(3);

        rescueAll();

        assertThat(runDueJobs.run()).isEqualTo(5);
    }

    @Test
    void endsACancelledJobThatWaits() {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("x"), JobOptions.NONE.delay(Duration.ofHours(1)));

        var outcome = jdbc.sql("SELECT outcome FROM rowrunner.discard(ARRAY [:id]::uuid[], 'no longer wanted')")
                .param("id", id)
                .query(String.class)
                .single();
        clock.advance(Duration.ofDays(1));

        assertThat(outcome).isEqualTo("discarded");
        assertThat(runDueJobs.run()).isZero();
        assertThat(history(id)).containsEntry("reason", "no longer wanted");
    }

    private UUID enqueue() {
        return jobs.enqueue(Probe.KIND, Probe.Args.named("x"));
    }

    private void rescueAll() {
        jdbc.sql(
                        "UPDATE rowrunner.worker SET beat_at = now() - interval '1 minute', ended_by = NULL WHERE ended_at IS NULL")
                .update();
        jdbc.sql("SELECT jobs FROM rowrunner.rescue(interval '7 seconds')")
                .query(Integer.class)
                .list();
        runDueJobs.signOnAnew();
    }

    private Map<String, Object> row(UUID id) {
        return jdbc.sql("SELECT state, attempt::int, run_at::timestamptz FROM rowrunner.job WHERE id = :id")
                .param("id", id)
                .query((row, n) -> {
                    var values = new HashMap<String, Object>();
                    values.put("state", row.getString("state"));
                    values.put("attempt", row.getInt("attempt"));
                    values.put("run_at", row.getObject("run_at", OffsetDateTime.class));
                    return (Map<String, Object>) values;
                })
                .single();
    }

    private Map<String, Object> history(UUID id) {
        return jdbc.sql("SELECT last_error, reason, states FROM rowrunner.job_history WHERE id = :id")
                .param("id", id)
                .query()
                .singleRow();
    }
}
