package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What is claimed, in which order, and what is not: one claim after the other, on a clock that stands still. */
@MachineRoomTest
class ClaimOrderTest {

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

    @Autowired
    TransactionTemplate transaction;

    @BeforeEach
    void forget() {
        runDueJobs.clear();
        probe.reset();
    }

    @AfterEach
    void openQueues() {
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name NOT IN (SELECT queue FROM rowrunner.kind)")
                .update();
        jdbc.sql(
                        "UPDATE rowrunner.queue SET paused = false, concurrency = NULL, rate_jobs = NULL, rate_interval = NULL")
                .update();
    }

    @Test
    void runsByPriorityThenByAgeAndAMinuteOfAgeIsWorthOneStep() {
        enqueue("old", JobOptions.NONE);
        clock.advance(Duration.ofSeconds(10));
        enqueue("second", JobOptions.NONE);
        enqueue("urgent", JobOptions.NONE.priority(1));
        clock.advance(Duration.ofSeconds(55));
        enqueue("too late", JobOptions.NONE.priority(1));
        enqueue("patient", JobOptions.NONE.priority(-1));

        runDueJobs.run();

        assertThat(names()).containsExactly("urgent", "old", "too late", "second", "patient");
    }

    @Test
    void prefersTheQueueOfGreaterPriorityForTenMinutesAStep() {
        makeQueue("express", "priority = 1");
        enqueue("waits nine minutes", JobOptions.NONE);
        clock.advance(Duration.ofMinutes(9));
        enqueue("express", JobOptions.NONE.queue("express"));
        runDueJobs.run();
        enqueue("waits eleven minutes", JobOptions.NONE);
        clock.advance(Duration.ofMinutes(11));
        enqueue("late express", JobOptions.NONE.queue("express"));
        runDueJobs.run();

        assertThat(names()).containsExactly("express", "waits nine minutes", "waits eleven minutes", "late express");
    }

    @Test
    void leavesAPausedQueueAloneUntilItIsResumed() {
        makeQueue("held", "paused = true");
        enqueue("held", JobOptions.NONE.queue("held"));

        assertThat(runDueJobs.run()).isZero();
        jdbc.sql("UPDATE rowrunner.queue SET paused = false WHERE name = 'held'")
                .update();

        assertThat(runDueJobs.run()).isOne();
    }

    @Test
    void startsNoMoreInAnIntervalThanTheRateAllows() {
        makeQueue("rated", "rate_jobs = 5, rate_interval = '1 hour'");
        enqueueAll(Probe.KIND, 20, JobOptions.NONE.queue("rated"));

        assertThat(runDueJobs.run()).isEqualTo(5);
        assertThat(runDueJobs.run()).isZero();
        jdbc.sql("UPDATE rowrunner.rate_bucket SET at = at - interval '25 minutes' WHERE queue = 'rated'")
                .update();
        assertThat(runDueJobs.run()).isEqualTo(2);
        jdbc.sql("UPDATE rowrunner.rate_bucket SET at = at - interval '1 day' WHERE queue = 'rated'")
                .update();
        assertThat(runDueJobs.run()).isEqualTo(5);
    }

    @Test
    void startsNoOtherJobOfAKeyWhileOneRuns() {
        jobs.enqueue(ProbeKinds.KEYED, Probe.Args.named("k"));
        enqueue("free", JobOptions.NONE.concurrencyKey("own"));
        var running = runDueJobs.claimOnly();
        assertThat(running).hasSize(2);

        var second = jobs.enqueue(ProbeKinds.KEYED, Probe.Args.named("k"));
        enqueue("also waits", JobOptions.NONE.concurrencyKey("own"));
        jobs.enqueue(ProbeKinds.KEYED, Probe.Args.named("another"));
        assertThat(runDueJobs.claimOnly()).hasSize(1);
        sweep();
        assertThat(runDueJobs.claimOnly()).isEmpty();
        runDueJobs.succeed(running);

        assertThat(runDueJobs.claimOnly()).hasSize(2).extracting(Attempt::id).contains(second);
    }

    @Test
    void asksAFullLimitOnceHoweverManyTenantsWaitBehindIt() {
        makeQueue("full", "concurrency = 0");
        makeQueue("dry", "rate_jobs = 1, rate_interval = '1 hour'");
        for (int i = 0; i < 50; i++) {
            enqueue("full", JobOptions.NONE.queue("full").tenant("tenant " + i));
            enqueue("dry", JobOptions.NONE.queue("dry").tenant("tenant " + i));
        }
        jobs.enqueueAll(
                ProbeKinds.LIMITED, List.of(Probe.Args.named("1"), Probe.Args.named("2"), Probe.Args.named("3")));

        assertThat(runDueJobs.claimOnly(4)).hasSize(3);

        assertThat(runDueJobs.rounds()).isLessThan(10);
    }

    @Test
    void answersTheWaitingJobOfAKindThatIsUniqueWhileItWaits() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        var same = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        var other = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("b"));
        var again = new UUID[1];
        probe.does((args, job) -> {
            if (job.id().equals(first)) {
                again[0] = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
            }
        });
        runDueJobs.run();
        var later = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));

        assertThat(same).isEqualTo(first);
        assertThat(List.of(other, later)).doesNotContain(first);
        assertThat(again[0]).isNotNull().isNotIn(first, later);
    }

    @Test
    void supersedesARetryWhoseKeyAnotherJobHasTakenMeanwhile() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        var second = new UUID[1];
        probe.does((args, job) -> {
            if (second[0] == null) {
                second[0] = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
                throw new IllegalStateException("fails, with its successor waiting");
            }
        });

        runDueJobs.run();

        assertThat(second[0]).isNotEqualTo(first);
        assertThat(stateOf(first)).isEqualTo("deleted");
        assertThat(reasonOf(first)).isEqualTo("Superseded by job " + second[0]);
        assertThat(stateOf(second[0])).isEqualTo("succeeded");
    }

    @Test
    void takesItsKeyBackWithARetry() {
        probe.does((args, job) -> {
            throw new IllegalStateException("not yet");
        });
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        runDueJobs.run();

        assertThat(stateOf(first)).isEqualTo("scheduled");
        assertThat(jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a")))
                .isEqualTo(first);
    }

    @Test
    void keepsOthersOutUntilAUniqueJobIsFinished() {
        var during = new UUID[1];
        probe.does((args, job) -> during[0] = jobs.enqueue(ProbeKinds.UNIQUE_UNFINISHED, Probe.Args.named("a")));
        var first = jobs.enqueue(ProbeKinds.UNIQUE_UNFINISHED, Probe.Args.named("a"));

        runDueJobs.run();

        assertThat(during[0]).isEqualTo(first);
        assertThat(jobs.enqueue(ProbeKinds.UNIQUE_UNFINISHED, Probe.Args.named("a")))
                .isNotEqualTo(first);
    }

    @Test
    void keepsOthersOutForAPeriodWhateverBecameOfTheJob() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_PERIOD, Probe.Args.named("a"));
        runDueJobs.run();

        clock.advance(Duration.ofMinutes(9));
        assertThat(jobs.enqueue(ProbeKinds.UNIQUE_PERIOD, Probe.Args.named("a")))
                .isEqualTo(first);
        clock.advance(Duration.ofMinutes(2));
        assertThat(jobs.enqueue(ProbeKinds.UNIQUE_PERIOD, Probe.Args.named("a")))
                .isNotEqualTo(first);
    }

    @Test
    void answersOneIdForAllOfABulkThatAreTheSame() {
        var ids = jobs.enqueueAll(
                ProbeKinds.UNIQUE_UNFINISHED,
                List.of(Probe.Args.named("b"), Probe.Args.named("a"), Probe.Args.named("b")));

        assertThat(ids.get(0)).isEqualTo(ids.get(2)).isNotEqualTo(ids.get(1));
        assertThat(runDueJobs.run()).isEqualTo(2);
    }

    @Test
    void beginsNoJobOfWhichAnUncommittedCallerWasToldThatItWaits() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));

        transaction.executeWithoutResult(status -> {
            assertThat(jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a")))
                    .isEqualTo(first);
            assertThat(elsewhere()).isZero();
        });

        assertThat(runDueJobs.run()).isOne();
        assertThat(stateOf(first)).isEqualTo("succeeded");
        assertThat(probe.calls).extracting(Probe.Call::attempt).containsExactly(1);
    }

    @Test
    void storesOutcomesWhileAnUncommittedCallerHoldsTheirKeys() {
        jobs.enqueue(ProbeKinds.UNIQUE_UNFINISHED, Probe.Args.named("a"));
        jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        var holding = new Object() {
            UUID unfinished = new UUID(0, 0);
        };

        transaction.executeWithoutResult(status -> {
            holding.unfinished = jobs.enqueue(ProbeKinds.UNIQUE_UNFINISHED, Probe.Args.named("a"));
            assertThat(elsewhere()).isEqualTo(2);
        });

        assertThat(stateOf(holding.unfinished)).isEqualTo("succeeded");
    }

    @Test
    void retriesAJobWhoseSuccessorIsNotCommittedYetWithoutWaitingForIt() {
        var first = jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
        probe.does((args, job) -> {
            throw new IllegalStateException("fails");
        });
        var claimed = new Object() {
            int ran;
        };

        jdbc.sql("DELETE FROM rowrunner.unique_key").update();
        transaction.executeWithoutResult(status -> {
            jobs.enqueue(ProbeKinds.UNIQUE_WAITING, Probe.Args.named("a"));
            claimed.ran = elsewhere();
        });

        assertThat(claimed.ran).isOne();
        assertThat(stateOf(first)).isEqualTo("scheduled");
    }

    @Test
    void lowersALimitWithoutStartingMoreThanTheNewOne() {
        makeQueue("narrow", "concurrency = 4");
        enqueueAll(Probe.KIND, 10, JobOptions.NONE.queue("narrow"));
        var begun = runDueJobs.claimOnly();
        assertThat(begun).hasSize(4);

        jdbc.sql("UPDATE rowrunner.queue SET concurrency = 2 WHERE name = 'narrow'")
                .update();
        assertThat(runDueJobs.claimOnly()).isEmpty();
        runDueJobs.succeed(begun.subList(0, 2));
        assertThat(runDueJobs.claimOnly()).isEmpty();
        runDueJobs.succeed(begun.subList(2, 3));
        var third = runDueJobs.claimOnly();
        assertThat(third).hasSize(1);

        jdbc.sql("UPDATE rowrunner.queue SET concurrency = NULL WHERE name = 'narrow'")
                .update();
        var unlimited = runDueJobs.claimOnly();
        assertThat(unlimited).hasSize(5);
        jdbc.sql("UPDATE rowrunner.queue SET concurrency = 3 WHERE name = 'narrow'")
                .update();
        enqueueAll(Probe.KIND, 3, JobOptions.NONE.queue("narrow"));
        runDueJobs.succeed(unlimited.subList(0, 4));
        sweep();
        assertThat(runDueJobs.claimOnly()).isEmpty();
        runDueJobs.succeed(unlimited.subList(4, 5));
        sweep();
        assertThat(runDueJobs.claimOnly()).hasSize(1);
    }

    private void sweep() {
        jdbc.sql("SELECT rowrunner.sweep(clock_timestamp())::text")
                .query(String.class)
                .optional();
    }

    /** What another connection's worker runs meanwhile. */
    private int elsewhere() {
        return CompletableFuture.supplyAsync(runDueJobs::run).join();
    }

    private void enqueue(String name, JobOptions options) {
        jobs.enqueue(Probe.KIND, Probe.Args.named(name), options);
    }

    private void enqueueAll(JobKind<Probe.Args> kind, int count, JobOptions options) {
        jobs.enqueueAll(
                kind,
                IntStream.range(0, count)
                        .mapToObj(i -> Probe.Args.named("job " + i))
                        .toList(),
                options);
    }

    private void makeQueue(String name, String settings) {
        jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES (:name)")
                .param("name", name)
                .update();
        jdbc.sql("UPDATE rowrunner.queue SET " + settings + " WHERE name = :name")
                .param("name", name)
                .update();
    }

    private List<String> names() {
        return probe.calls.stream().map(call -> call.args().name()).toList();
    }

    private String stateOf(UUID id) {
        return jdbc.sql("SELECT state FROM jobs WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private String reasonOf(UUID id) {
        return jdbc.sql("SELECT reason FROM rowrunner.job_history WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }
}
