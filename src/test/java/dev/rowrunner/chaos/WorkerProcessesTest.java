package dev.rowrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Two workers that are processes of their own, and what is promised when one of them is killed, stopped or frozen. */
@Tag("servers")
@Timeout(180)
class WorkerProcessesTest {

    private static final Path LOGS = Path.of("target", "chaos");

    private final List<WorkerProcess> workers = new ArrayList<>();
    private String url = "";
    private JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource());

    @BeforeEach
    void makeADatabase() {
        url = Servers.newDatabase("processes_" + UUID.randomUUID().toString().replace('-', '_'));
        jdbc = JdbcClient.create(new DriverManagerDataSource(url));
    }

    @AfterEach
    void killAll() {
        workers.forEach(WorkerProcess::close);
    }

    @Test
    void theJobOfAKilledWorkerStartsElsewhereWithinThirtySecondsAtDefaultSettings() {
        startTwo();
        var job = enqueue(8_000);
        var first = runner(job, 1);

        first.kill();
        long killed = System.nanoTime();
        var second = runner(job, 2);

        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        System.out.println("kill -9 to the job's start elsewhere at default settings: " + millis + " ms");
        assertThat(second).isNotSameAs(first);
        assertThat(millis).isLessThan(30_000);
        awaitSuccess(job);
        assertThat(attempts(job)).isEqualTo(2);
    }

    @Test
    void aJobOfSeveralLeasesStaysWithItsLiveWorkerAndAStoppedOneGivesItBackAtNoCost() {
        startTwo("--rowrunner.worker.lease=2s", "--rowrunner.worker.drain=3s");
        var longJob = enqueue(5_000);
        awaitSuccess(longJob);
        var shortJob = enqueue(2_000);
        var draining = runner(shortJob, 1);
        var endless = Stream.generate(() -> enqueue(600_000)).limit(8).toList();
        endless.forEach(job -> runner(job, 1));
        var itsOwn = endless.stream().filter(job -> runner(job, 1) == draining).toList();

        draining.terminate();
        draining.awaitEnd(Duration.ofSeconds(30));

        assertThat(runs(longJob)).isOne();
        assertThat(state(shortJob)).isEqualTo("SUCCEEDED");
        assertThat(runs(shortJob)).isOne();
        itsOwn.forEach(job -> {
            assertThat(runner(job, 2)).isNotSameAs(draining);
            assertThat(attempts(job)).isOne();
        });
    }

    @Test
    void aWorkerFrozenBeyondItsLeaseIsRefusedAndWorksOnUnderANewNumber() {
        startTwo("--rowrunner.worker.lease=2s");
        var job = enqueue(1_500);
        var frozen = runner(job, 1);

        frozen.freeze();
        var other = runner(job, 2);
        awaitSuccess(job);
        frozen.thaw();
        await().atMost(Duration.ofSeconds(30)).until(() -> frozen.linesWith("was taken for lost") == 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> frozen.linesWith("Outcome refused") == 1);
        other.terminate();
        other.awaitEnd(Duration.ofSeconds(60));
        var next = enqueue(10);

        assertThat(runner(next, 1)).isSameAs(frozen);
        awaitSuccess(next);
        assertThat(jdbc.sql(
                                "SELECT w.name FROM rowrunner.job j JOIN rowrunner.worker w ON w.id = j.worker WHERE j.id = :job")
                        .param("job", job)
                        .query(String.class)
                        .single())
                .isEqualTo(other.name());
        assertThat(runs(job)).isEqualTo(2);
    }

    @Test
    void anEditInSqlTakesEffectWithinTwoSecondsAndEachTickIsDecidedOnceAcrossTheDeathOfTheWorkerThatTicks() {
        startTwo("--rowrunner.scheduler.enabled=true");
        long edit = millisToTheEffectOfAnEdit();
        System.out.println("edit of a schedule in SQL to its effect: " + edit + " ms");
        assertThat(edit).isLessThan(2_000);
        jdbc.sql("""
                INSERT INTO rowrunner.schedule (id, kind, args, every, overlap)
                SELECT 'beat-' || n, 'chaos.quick', '{"millis": 1, "failures": 0, "key": ""}', '5 seconds', 'allow'
                FROM generate_series(1, 20) n
                """).update();
        await().atMost(Duration.ofSeconds(30)).until(() -> decided("count(DISTINCT schedule_id)") == 20);

        killAtATick();
        int before = decided("count(*)");
        long killed = System.nanoTime();
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> decided("count(*)") > before);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        System.out.println("kill -9 of the worker that ticks to the next decision: " + millis + " ms");
        await().atMost(Duration.ofSeconds(40)).until(() -> decided("count(*)") >= before + 20);

        // The next time may be almost an interval away.
        assertThat(millis).isLessThan(15_000);
        assertThat(decided("count(*)")).isEqualTo(decided("count(DISTINCT job_id)"));
        assertThat(decided("count(*) FILTER (WHERE decision <> 'ran')")).isZero();
        assertThat(jdbc.sql("""
                                SELECT count(*) FROM (SELECT due_at - lag(due_at) OVER (PARTITION BY schedule_id ORDER BY due_at)
                                                      AS pause FROM schedule_runs) gaps WHERE pause <> interval '5 seconds'
                                """).query(Integer.class).single())
                .as("times that were left out")
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE recurring_id LIKE 'beat-%' AND id NOT IN"
                                + " (SELECT job_id FROM schedule_runs)")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    /** The oldest worker, in the moment in which it decides: one that is due is locked then, or just was. */
    private void killAtATick() {
        int before = decided("count(*)");
        var oldest = jdbc.sql("SELECT name FROM rowrunner.worker WHERE ended_at IS NULL ORDER BY id LIMIT 1")
                .query(String.class)
                .single();
        var first = workers.stream()
                .filter(worker -> worker.name().equals(oldest))
                .findFirst()
                .orElseThrow();
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .pollDelay(Duration.ZERO)
                .until(() -> decided("count(*)") > before);
        first.kill();
    }

    /** Answers how long an edit in SQL takes until a worker goes by it. */
    private long millisToTheEffectOfAnEdit() {
        jdbc.sql("""
                INSERT INTO rowrunner.schedule (id, kind, args, cron)
                VALUES ('edited', 'chaos.quick', '{"millis": 1, "failures": 0, "key": ""}', '0 0 1 1 *')
                """).update();
        await().atMost(Duration.ofSeconds(20)).until(() -> nextDueIsNear("365 days"));

        jdbc.sql("UPDATE rowrunner.schedule SET cron = NULL, every = '5 seconds' WHERE id = 'edited'")
                .update();
        long edited = System.nanoTime();
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> nextDueIsNear("5 seconds"));

        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - edited);
    }

    private boolean nextDueIsNear(String within) {
        return jdbc.sql(
                        "SELECT coalesce(next_due < now() + :within::interval, false) FROM rowrunner.schedule WHERE id = 'edited'")
                .param("within", within)
                .query(Boolean.class)
                .single();
    }

    private int decided(String what) {
        return jdbc.sql("SELECT " + what + " FROM schedule_runs WHERE schedule_id LIKE 'beat-%'")
                .query(Integer.class)
                .single();
    }

    private void startTwo(String... properties) {
        for (int i = 1; i <= 2; i++) {
            workers.add(WorkerProcess.start("process-" + i, LOGS, url, properties));
        }
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> jdbc.sql("SELECT count(*) FROM rowrunner.worker")
                                .query(Integer.class)
                                .single()
                        == 2);
        jdbc.sql(TracingHandler.TABLE).update();
    }

    private UUID enqueue(int millis) {
        return jdbc.sql(
                        "SELECT rowrunner.enqueue('chaos.slow', jsonb_build_object('millis', :millis, 'failures', 0, 'key', ''))")
                .param("millis", millis)
                .query(UUID.class)
                .single();
    }

    /** Waits until an attempt of that number, in the order of beginning, has begun; answers who runs it. */
    private WorkerProcess runner(UUID job, int number) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> runs(job) >= number);
        var name = jdbc.sql("SELECT worker FROM chaos_attempt WHERE job = :job ORDER BY lease LIMIT 1 OFFSET :skipped")
                .param("job", job)
                .param("skipped", number - 1)
                .query(String.class)
                .single();
        return workers.stream()
                .filter(worker -> worker.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private int runs(UUID job) {
        return jdbc.sql("SELECT count(*) FROM chaos_attempt WHERE job = :job")
                .param("job", job)
                .query(Integer.class)
                .single();
    }

    private int attempts(UUID job) {
        return jdbc.sql("SELECT attempt FROM rowrunner.job WHERE id = :job")
                .param("job", job)
                .query(Integer.class)
                .single();
    }

    private void awaitSuccess(UUID job) {
        await().atMost(Duration.ofSeconds(40)).until(() -> state(job).equals("SUCCEEDED"));
    }

    private String state(UUID job) {
        return jdbc.sql("SELECT state FROM rowrunner.job WHERE id = :job")
                .param("job", job)
                .query(String.class)
                .single();
    }
}
