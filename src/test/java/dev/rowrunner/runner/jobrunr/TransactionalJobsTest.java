package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.testing.JobCounts;
import dev.rowrunner.testing.SettableClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@MachineRoomTest
class TransactionalJobsTest {

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    Bell bell;

    @Autowired
    SettableClock clock;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    DataSource dataSource;

    @Autowired
    TransactionTemplate transaction;

    @BeforeEach
    void forget() {
        runDueJobs.clear();
        probe.reset();
    }

    @Test
    void leavesNothingBehindWhenTheTransactionRollsBack() {
        transaction.executeWithoutResult(status -> {
            jobs.enqueue(Probe.KIND, Probe.Args.named("lost"));
            jobs.schedule(
                    Probe.KIND, Probe.Args.named("lost too"), clock.instant().plusSeconds(60));
            status.setRollbackOnly();
        });

        assertThat(storedJobs()).isZero();
    }

    /** One statement stores what is plain; the function that SQL uses must store the same. */
    @Test
    void storesAPlainJobAsTheFunctionDoes() {
        var plain = jobs.enqueue(Probe.KIND, Probe.Args.named("plain"), JobOptions.NONE.priority(7));
        var byFunction = jdbc.sql("""
                        SELECT (rowrunner.insert_jobs(kind, ARRAY[gen_random_uuid()], ARRAY[args], NULL, NULL, 7, NULL, NULL,
                                                      NULL, NULL, created_at))[1]
                        FROM rowrunner.job WHERE id = :id
                        """).param("id", plain).query(UUID.class).single();

        assertThat(columns(plain)).isEqualTo(columns(byFunction));
        assertThat(JobCounts.wrong(jdbc)).isEmpty();
    }

    @Test
    void goesByWhatAnotherProcessHasDeclaredOfTheKindSince() {
        declareKeyArg("name");
        try {
            assertThat(columns(jobs.enqueue(Probe.KIND, Probe.Args.named("keyed"))))
                    .contains("\"concurrency_key\": \"" + Probe.KIND.name() + ":keyed\"");
        } finally {
            declareKeyArg(null);
        }
    }

    private void declareKeyArg(@Nullable String arg) {
        jdbc.sql("UPDATE rowrunner.kind SET key_arg = :arg WHERE name = :kind")
                .param("arg", arg)
                .param("kind", Probe.KIND.name())
                .update();
    }

    private String columns(UUID job) {
        return jdbc.sql("SELECT (to_jsonb(j) - 'id')::text FROM rowrunner.job j WHERE id = :id")
                .param("id", job)
                .query(String.class)
                .single();
    }

    @Test
    void callersWhoComeTogetherEachGetTheirOwnIdsOrTheirOwnError() throws Exception {
        var threads = Executors.newFixedThreadPool(16);
        try {
            var calls = IntStream.range(0, 400)
                    .<Callable<UUID>>mapToObj(i -> () -> jobs.enqueue(
                            Probe.KIND,
                            Probe.Args.named("job " + i),
                            i % 50 == 7 ? JobOptions.NONE.queue("nowhere") : JobOptions.NONE.priority(i % 3)))
                    .toList();
            var answers = threads.invokeAll(calls);
            for (int i = 0; i < 400; i++) {
                var answer = answers.get(i);
                if (i % 50 == 7) {
                    assertThatThrownBy(answer::get)
                            .hasCauseInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("Queue 'nowhere' does not exist");
                } else {
                    assertThat(nameOf(answer.get())).isEqualTo("job " + i);
                }
            }
        } finally {
            threads.shutdown();
        }
        assertThat(storedJobs()).isEqualTo(392);
    }

    private String nameOf(UUID id) {
        return jdbc.sql("SELECT args ->> 'name' FROM rowrunner.job WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    @Test
    void isSeenByOthersOnlyAfterTheCallersCommit() {
        transaction.executeWithoutResult(status -> {
            jobs.enqueue(Probe.KIND, Probe.Args.named("joined"));

            assertThat(storedJobs()).isOne();
            assertThat(storedJobsSeenByOthers()).isZero();
        });

        assertThat(storedJobsSeenByOthers()).isOne();
    }

    @Test
    void wakesWorkersAfterTheCommitAndNotBefore() {
        var woken = new ConcurrentSkipListSet<String>();
        Bell.Sleeper sleeper = (lane, key) -> woken.add(lane.kind());
        bell.wakes(sleeper);

        transaction.executeWithoutResult(status -> {
            jobs.enqueue(Probe.KIND, Probe.Args.named("one"));
            assertThat(woken).isEmpty();
        });

        bell.forget(sleeper);
        assertThat(woken).containsExactly("test.probe");
    }

    @Test
    void isCommittedOnReturnWithoutATransaction() {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("alone"));

        assertThat(jdbc.sql("SELECT kind, state, args ->> 'name' AS name FROM jobs WHERE id = :id")
                        .param("id", id)
                        .query()
                        .singleRow())
                .containsEntry("kind", "test.probe")
                .containsEntry("state", "enqueued")
                .containsEntry("name", "alone");
    }

    @Test
    void handsTheHandlerTheArgsThatWereEnqueued() {
        var full = new Probe.Args(
                "ünï",
                Instant.parse("2026-01-02T03:04:05.678901Z"),
                LocalDate.of(2024, 2, 29),
                Optional.of("\"quoted\""));
        var sparse = Probe.Args.named("");

        jobs.enqueueAll(Probe.KIND, List.of(full, sparse));
        runDueJobs.run();

        assertThat(probe.calls).extracting(Probe.Call::args).containsExactlyInAnyOrder(full, sparse);
    }

    @Test
    void answersIdsInTheOrderOfTheArgs() {
        var names = List.of("a", "b", "c", "d");

        var ids = jobs.enqueueAll(
                Probe.KIND, names.stream().map(Probe.Args::named).toList());

        assertThat(ids.stream().map(this::nameOf)).containsExactlyElementsOf(names);
        assertThat(jobs.enqueueAll(Probe.KIND, List.of())).isEmpty();
    }

    @Test
    void runsAScheduledJobWhenItIsDueAndNotBefore() {
        jobs.schedule(Probe.KIND, Probe.Args.named("later"), clock.instant().plus(Duration.ofMinutes(10)));
        jobs.schedule(Probe.KIND, Probe.Args.named("past"), clock.instant().minus(Duration.ofMinutes(10)));

        assertThat(runDueJobs.run()).isOne();
        clock.advance(Duration.ofMinutes(10));
        assertThat(runDueJobs.run()).isOne();

        assertThat(probe.calls).extracting(call -> call.args().name()).containsExactly("past", "later");
    }

    @Test
    void refusesAKindThatNobodyHandles() {
        var unknown = JobKind.of("test.unknown", Probe.Args.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> jobs.enqueue(unknown, Probe.Args.named("x")))
                .withMessageContaining("test.unknown")
                .withMessageContaining("test.probe");
        assertThat(storedJobs()).isZero();
    }

    private String nameOf(Object id) {
        return jdbc.sql("SELECT args ->> 'name' FROM jobs WHERE id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private int storedJobs() {
        return jdbc.sql("SELECT count(*) FROM jobrunr.jobrunr_jobs")
                .query(Integer.class)
                .single();
    }

    private int storedJobsSeenByOthers() {
        try (var other = dataSource.getConnection();
                var found = other.createStatement().executeQuery("SELECT count(*) FROM jobrunr.jobrunr_jobs")) {
            found.next();
            return found.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
