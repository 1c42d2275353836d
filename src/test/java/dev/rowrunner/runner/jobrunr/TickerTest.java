package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.SettableClock;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.JobParameter;
import org.jobrunr.jobs.RecurringJob;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

@Tag("slow")
@MachineRoomTest
class TickerTest {

    @Autowired
    WorkerParts parts;

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

    @Autowired
    DataSource dataSource;

    private Ticker ticker;
    private Instant before;

    @BeforeEach
    void forget() {
        before = clock.instant();
        clear();
        ticker = new Ticker(parts, () -> true);
    }

    @AfterEach
    void clear() {
        clock.set(before);
        runDueJobs.clear();
        probe.reset();
        jdbc.sql("UPDATE rowrunner.schedule SET declared = NULL; DELETE FROM rowrunner.schedule;"
                        + " TRUNCATE rowrunner.schedule_run")
                .update();
    }

    @ParameterizedTest
    @CsvSource({"1 hour, coalesced, 1", "30 minutes, misfired, 0"})
    void recordsARunThatWasMissedWhileEveryWorkerWasDead(String grace, String decision, int jobs) {
        at("2026-05-01T01:55:00Z");
        add("nightly", "cron => '0 2 * * *'", "grace => '" + grace + "'");
        ticker.tick();

        at("2026-05-01T02:40:00Z");
        ticker.tick();
        ticker.tick();

        assertThat(runs("nightly")).containsExactly("2026-05-01T02:00:00Z " + decision);
        assertThat(runDueJobs.run()).isEqualTo(jobs);
        assertThat(run("nightly").get("note")).asString().startsWith("40m late");
        assertThat(nextDue("nightly")).isEqualTo("2026-05-02T02:00:00Z");
    }

    @Test
    void runsTheKindWithTheArgsOfTheScheduleWhenItIsDue() {
        at("2026-05-01T00:00:30Z");
        add("often", "every => '1 minute'");
        ticker.tick();
        assertThat(runs("often")).isEmpty();

        at("2026-05-01T00:01:00.100Z");
        ticker.tick();

        assertThat(runs("often")).containsExactly("2026-05-01T00:01:00Z ran");
        assertThat(runDueJobs.run()).isOne();
        assertThat(probe.calls).extracting(call -> call.args().name()).containsExactly("often");
        assertThat(run("often").get("job_state")).isEqualTo("succeeded");
    }

    @Test
    void runsNothingBesideAnUnfinishedRun() {
        at("2026-05-01T00:00:30Z");
        add("often", "every => '1 minute'");
        add("crowd", "every => '1 minute'", "overlap => 'allow'");
        ticker.tick();

        for (int minute = 1; minute <= 3; minute++) {
            at("2026-05-01T00:0" + minute + ":01Z");
            ticker.tick();
        }

        assertThat(decisions("often")).containsExactly("ran", "overlapped", "overlapped");
        assertThat(decisions("crowd")).containsExactly("ran", "ran", "ran");
        assertThat(runDueJobs.run()).isEqualTo(4);
    }

    @Test
    void namesTheJobThatHoldsTheUniqueKey() {
        at("2026-05-01T00:00:30Z");
        add("unique", "every => '1 minute'", "overlap => 'allow'", "kind => 'test.unique-unfinished'");
        ticker.tick();
        at("2026-05-01T00:01:01Z");
        ticker.tick();
        at("2026-05-01T00:02:01Z");
        ticker.tick();

        assertThat(decisions("unique")).containsExactly("ran", "overlapped");
        assertThat(jdbc.sql("SELECT count(DISTINCT job_id) FROM schedule_runs")
                        .query(Integer.class)
                        .single())
                .isOne();
        assertThat(run("unique").get("note")).isEqualTo("Another job holds the unique key.");
    }

    @Test
    void recordsWhatWasDueWhileItWasPaused() {
        at("2026-05-01T00:00:30Z");
        add("paused", "every => '1 minute'", "enabled => false");
        ticker.tick();
        at("2026-05-01T00:03:01Z");

        ticker.tick();

        assertThat(decisions("paused")).containsExactly("paused", "paused", "paused");
        assertThat(runDueJobs.run()).isZero();
    }

    @Test
    void takesAnEditInSqlWithTheNextTick() {
        var now = Clock.systemUTC().instant();
        clock.set(now);
        add("edited", "cron => '0 12 * * *'");
        ticker.tick();

        jdbc.sql("UPDATE rowrunner.schedule SET cron = '*/1 * * * *' WHERE id = 'edited'")
                .update();
        ticker.tick();
        var nextMinute = now.truncatedTo(ChronoUnit.MINUTES).plus(Duration.ofMinutes(1));
        assertThat(nextDue("edited")).isEqualTo(nextMinute.toString());
        clock.set(nextMinute.plusSeconds(1));
        ticker.tick();

        assertThat(runs("edited")).containsExactly(nextMinute + " ran");
    }

    @Test
    void decidesWhatWasDueBetweenTheMakingOfAScheduleAndTheFirstWorkerThatSawIt() {
        var now = Clock.systemUTC().instant();
        clock.set(now);
        add("unseen", "every => '1 hour'");
        clock.set(now.plus(Duration.ofMinutes(150)));

        ticker.tick();

        assertThat(decisions("unseen"))
                .startsWith("misfired")
                .contains("coalesced")
                .hasSizeBetween(2, 3);
    }

    @Test
    void showsWhyAScheduleCantRunUntilItIsChangedAndRunsTheOthers() {
        at("2026-05-01T00:00:30Z");
        add("good", "every => '1 minute'");
        add("never", "cron => '0 0 30 2 *'");
        ticker.tick();
        at("2026-05-01T00:01:01Z");
        ticker.tick();

        assertThat(decisions("good")).containsExactly("ran");
        assertThat(value("never", "error")).asString().contains("cron", "'0 0 30 2 *'");
        jdbc.sql("UPDATE rowrunner.schedule SET cron = '0 0 28 2 *' WHERE id = 'never'")
                .update();
        ticker.tick();
        assertThat(value("never", "error")).isNull();
        assertThat(nextDue("never")).isEqualTo("2027-02-28T00:00:00Z");
    }

    @Test
    void aJobThatCantBeMadeHoldsUpItsOwnScheduleOnly() {
        at("2026-05-01T00:00:30Z");
        add("good", "every => '1 minute'");
        add(
                "long",
                "every => '1 minute'",
                "kind => 'test.of-tenants'",
                "args => jsonb_build_object('name', repeat('x', 3000))");
        ticker.tick();
        at("2026-05-01T00:01:01Z");

        ticker.tick();

        assertThat(decisions("good")).containsExactly("ran");
        assertThat(decisions("long")).isEmpty();
        assertThat(value("long", "error")).asString().contains("tenant", "500");
    }

    @Test
    void twoTickersMakeOneJobForEachTick() {
        at("2026-05-01T00:00:30Z");
        for (int i = 0; i < 50; i++) {
            add("many-" + i, "every => '1 minute'", "overlap => 'allow'");
        }
        ticker.tick();
        for (int minute = 1; minute <= 9; minute++) {
            at("2026-05-01T00:0" + minute + ":00.001Z");
            var begin = new CountDownLatch(1);
            var both = Stream.generate(() -> CompletableFuture.runAsync(() -> tickAfter(begin)))
                    .limit(2)
                    .toList();
            begin.countDown();
            both.forEach(CompletableFuture::join);
        }

        assertThat(jdbc.sql("SELECT count(*) FROM schedule_runs WHERE decision = 'ran'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(450);
        assertThat(runDueJobs.run()).isEqualTo(450);
    }

    @Test
    void catchesUpBesideAnotherTickerFromWhereThatOneCommitted() throws SQLException {
        at("2026-05-01T00:00:00Z");
        add("busy", "every => '5 minutes'", "grace => '2 hours'");
        ticker.tick();
        at("2026-05-01T01:00:02Z");

        whileRunsAreReadSlowly(readingOn -> {
            var late = CompletableFuture.runAsync(ticker::tick);
            await().until(() -> waitingForALock() > 0);
            coalesceTheFirst();
            readingOn.run();
            late.join();
        });

        assertThat(jdbc.sql("SELECT count(DISTINCT job_id) FROM schedule_runs WHERE decision = 'coalesced'")
                        .query(Integer.class)
                        .single())
                .isOne();
        assertThat(jdbc.sql("SELECT count(*) FROM jobs WHERE schedule_id = 'busy'")
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    /** As another ticker does with the first batch of several, unless somebody has locked it. */
    private void coalesceTheFirst() {
        jdbc.sql("""
                        SELECT rowrunner.record_ticks('{busy}', ARRAY[due], '{coalesced}', ARRAY[job], '{late}', '{busy}',
                                                      ARRAY[job], '{busy}', ARRAY[due], ARRAY[due + interval '5 minutes'], :now)::text
                        FROM (SELECT timestamptz '2026-05-01T00:05Z' AS due, gen_random_uuid() AS job
                              FROM rowrunner.schedule WHERE id = 'busy' FOR UPDATE SKIP LOCKED) AS first
                        """)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .optional();
    }

    /** Whoever reads what ran stops in the middle of his statement, until he may read on. */
    private void whileRunsAreReadSlowly(Consumer<Runnable> work) throws SQLException {
        jdbc.sql("""
                        ALTER TABLE rowrunner.schedule_run RENAME TO kept_run;
                        CREATE VIEW rowrunner.schedule_run AS SELECT * FROM rowrunner.kept_run
                        WHERE (SELECT pg_advisory_xact_lock_shared(4711)) IS NOT NULL
                        """).update();
        try (var gate = dataSource.getConnection();
                var statement = gate.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(4711)");
            work.accept(() -> unlock(statement));
        } finally {
            jdbc.sql("DROP VIEW rowrunner.schedule_run; ALTER TABLE rowrunner.kept_run RENAME TO schedule_run")
                    .update();
        }
    }

    private static void unlock(Statement statement) {
        try {
            statement.execute("SELECT pg_advisory_unlock(4711)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private int waitingForALock() {
        return jdbc.sql("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
                .query(Integer.class)
                .single();
    }

    private void tickAfter(CountDownLatch begin) {
        try {
            begin.await();
            new Ticker(parts, () -> true).tick();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTickThatItsLeaderDidNotCommitIsTakenByAnotherOnce() {
        at("2026-05-01T00:00:30Z");
        add("often", "every => '1 minute'");
        ticker.tick();
        at("2026-05-01T00:01:00Z");
        var standby = new Ticker(parts, () -> false);

        parts.database().inTransaction(() -> {
            // The leader dies in the middle: what it did is rolled back with its connection.
            jdbcOfLeader()
                    .sql("SELECT id FROM rowrunner.schedule FOR UPDATE")
                    .query(String.class)
                    .list();
            standby.tick();
            assertThat(runs("often")).isEmpty();
            return 0;
        });
        standby.tick();
        assertThat(runs("often")).as("left to the first worker").isEmpty();
        clock.advance(Ticker.TAKE_OVER);
        standby.tick();
        ticker.tick();

        assertThat(runs("often")).containsExactly("2026-05-01T00:01:00Z ran");
        assertThat(runDueJobs.run()).isOne();
    }

    private JdbcClient jdbcOfLeader() {
        return parts.database().jdbc();
    }

    @Test
    void catchesUpALongOutageInBatches() {
        at("2026-05-01T00:00:00Z");
        add("busy", "every => '5 seconds'", "grace => '2 hours'");
        ticker.tick();
        at("2026-05-01T05:00:02Z");

        ticker.tick();

        assertThat(jdbc.sql("SELECT decision, count(*) AS n, count(DISTINCT job_id) AS jobs FROM schedule_runs"
                                + " GROUP BY decision ORDER BY decision")
                        .query((row, n) -> row.getString(1) + " " + row.getInt(2) + " " + row.getInt(3))
                        .list())
                .containsExactly("coalesced 1434 1", "misfired 2160 0", "overlapped 6 1");
        assertThat(runDueJobs.run()).isOne();
    }

    @Test
    void decidesTenThousandDefinitionsInAFewStatements() {
        at("2026-05-01T00:00:30Z");
        jdbc.sql("INSERT INTO rowrunner.schedule (id, kind, args, cron) SELECT 'many-' || n, 'test.probe',"
                        + " '{\"name\": \"many\"}', '*/1 * * * *' FROM generate_series(1, 10000) n")
                .update();
        ticker.tick();
        at("2026-05-01T00:01:00Z");

        long began = System.nanoTime();
        ticker.tick();

        System.out.println("10000 schedules due at once: " + (System.nanoTime() - began) / 1_000_000 + " ms");
        assertThat(jdbc.sql("SELECT count(*) FROM schedule_runs WHERE decision = 'ran' AND job_state = 'enqueued'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(10_000);
    }

    @Test
    void forgetsWhatWasDecidedBeforeTheRetention() {
        at("2026-05-01T00:00:30Z");
        add("often", "every => '1 minute'", "overlap => 'allow'");
        ticker.tick();
        at("2026-05-01T00:01:01Z");
        ticker.tick();
        at("2026-05-01T00:02:01Z");
        ticker.tick();

        assertThat(Housekeeping.prune(parts, Housekeeping.PRUNE_RUNS, Instant.parse("2026-05-01T00:02:00Z")))
                .isOne();

        assertThat(runs("often")).containsExactly("2026-05-01T00:02:00Z ran");
    }

    @Test
    void triggersAPausedScheduleAndLeavesARun() {
        at("2026-05-01T00:00:30Z");
        add("paused", "cron => '0 12 * * *'", "enabled => false");

        var job = jdbc.sql("SELECT rowrunner.trigger_schedule('paused')")
                .query(UUID.class)
                .single();

        assertThat(run("paused")).containsEntry("decision", "triggered").containsEntry("job_id", job);
        assertThat(run("paused").get("note")).asString().startsWith("Triggered by ");
        assertThat(jdbc.sql("SELECT state FROM jobs WHERE id = :job")
                        .param("job", job)
                        .query(String.class)
                        .single())
                .isEqualTo("enqueued");
        assertThatThrownBy(() -> jdbc.sql("SELECT rowrunner.trigger_schedule('none')")
                        .query(UUID.class)
                        .single())
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("Schedule 'none' does not exist");
    }

    @Test
    void runsADefinitionThatJobRunrsOwnApiStoredForAClassOfItsOwn() {
        at("2026-05-01T00:00:30Z");
        var details =
                new JobDetails("java.lang.System", "out", "println", List.of(new JobParameter(String.class, "x")));
        storage.saveRecurringJob(
                new RecurringJob("foreign", details, "*/1 * * * *", "UTC", RecurringJob.CreatedBy.API));
        ticker.tick();
        at("2026-05-01T00:01:00Z");

        ticker.tick();

        assertThat(decisions("foreign")).containsExactly("ran");
        var job = storage.getJobById((UUID) run("foreign").get("job_id"));
        assertThat(job.getJobSignature()).isEqualTo("java.lang.System.out.println(java.lang.String)");
        assertThat(job.getRecurringJobId()).contains("foreign");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zone => 'Mars/Base'                   | zone must be a time zone such as Europe/Istanbul, was 'Mars/Base'",
                "cron => 'daily'                       | cron has 5 fields",
                "misfire => 'some'                     | misfire is skip, coalesce or all",
                "misfire => 'all'                      | misfire all needs overlap allow",
                "grace => '32 days'                    | grace is 0 to 31 days",
                "every => '1 second'                   | every is 5 seconds to 366 days",
                "args => '[]'                          | args is a JSON object",
                "kind => 'test.none'                   | (test.none) is not present in table",
            })
    void refusesInSqlWhatCantBe(String field, String words) {
        assertThatThrownBy(() -> add("bad", field.contains("every") ? "cron => NULL" : "every => NULL", field))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining(words);
        assertThat(jdbc.sql("SELECT count(*) FROM rowrunner.schedule")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private void at(String instant) {
        clock.set(Instant.parse(instant));
    }

    /** @param fields {@code name => value} in SQL; args and kind are the probe's unless said */
    private void add(String id, String... fields) {
        var values = new LinkedHashMap<>(Map.of(
                "kind", "'test.probe'", "args", "jsonb_build_object('name', '" + id + "')", "id", "'" + id + "'"));
        Stream.of(fields).map(field -> field.split(" => ")).forEach(field -> values.put(field[0], field[1].strip()));
        if ((!values.containsKey("every") && !values.containsKey("cron")) || "NULL".equals(values.get("every"))) {
            values.putIfAbsent("cron", "'0 0 * * *'");
        }
        jdbc.sql("INSERT INTO rowrunner.schedule (" + String.join(", ", values.keySet()) + ") VALUES ("
                        + String.join(", ", values.values()) + ")")
                .update();
    }

    private List<String> runs(String id) {
        return jdbc.sql("SELECT due_at, decision FROM schedule_runs WHERE schedule_id = :id ORDER BY due_at")
                .param("id", id)
                .query((row, n) -> row.getTimestamp(1).toInstant() + " " + row.getString(2))
                .list();
    }

    private List<String> decisions(String id) {
        return runs(id).stream().map(run -> run.replaceFirst(".* ", "")).toList();
    }

    private Map<String, @Nullable Object> run(String id) {
        return jdbc.sql("SELECT * FROM schedule_runs WHERE schedule_id = :id ORDER BY due_at DESC LIMIT 1")
                .param("id", id)
                .query()
                .singleRow();
    }

    private String nextDue(String id) {
        return jdbc.sql("SELECT next_due FROM schedules WHERE id = :id")
                .param("id", id)
                .query((row, n) -> row.getTimestamp(1).toInstant().toString())
                .single();
    }

    private @Nullable Object value(String id, String column) {
        return jdbc.sql("SELECT " + column + " FROM schedules WHERE id = :id")
                .param("id", id)
                .query()
                .singleRow()
                .get(column);
    }
}
