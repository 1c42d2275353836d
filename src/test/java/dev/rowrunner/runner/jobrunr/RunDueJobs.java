package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.jobrunr.Allowance.Claimant;
import dev.rowrunner.runner.jobrunr.Handlers.Handled;
import dev.rowrunner.testing.JobCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs waiting jobs on the test's own thread, with the claims, retries and outcomes of a real worker. What is due is
 * decided by the injected clock.
 */
public final class RunDueJobs {

    /** It never beats, and is never taken for lost. */
    private static final String SIGN_ON = """
            INSERT INTO rowrunner.worker (server, name, kinds, slots, started_at, beat_at, ended_by)
            VALUES (gen_random_uuid(), 'test', '{}', 1000, now(), 'infinity', 'test') RETURNING id
            """;

    private static final String CLEAR = """
            TRUNCATE rowrunner.job, rowrunner.job_body, rowrunner.job_history, rowrunner.job_progress, rowrunner.unique_key,
                     rowrunner.concurrency_key, rowrunner.job_count;
            UPDATE rowrunner.limit_slot SET worker = NULL
            """;

    private static final String RUNNING = """
            SELECT count(*) FROM rowrunner.job
            WHERE state = 'PROCESSING' AND worker = :worker AND :scope IN ('queue:' || queue, 'kind:' || kind)
            """;

    private final WorkerParts parts;
    private final JdbcClient jdbc;
    private final Lanes lanes = new Lanes();
    private final Look look;
    private final Outcomes outcomes;
    private final OutcomeLog log = new OutcomeLog();
    private int worker;
    private int rounds;

    private RunDueJobs(WorkerParts parts, JdbcClient jdbc) {
        this.parts = parts;
        this.jdbc = jdbc;
        this.look = new Look(parts.database().jdbc());
        this.outcomes = new Outcomes(parts.database(), parts.json());
    }

    /** Runs each job that is due now once, and whatever those enqueue. Answers how many attempts ran. */
    public int run() {
        signOn();
        int ran = 0;
        for (int found = runBatch(); found > 0; found = runBatch()) {
            ran += found;
        }
        return ran;
    }

    /** The number under which it claims. */
    int worker() {
        signOn();
        return worker;
    }

    /** Anew where another test has deleted the workers. */
    private void signOn() {
        var known = jdbc.sql("SELECT id FROM rowrunner.worker WHERE id = :id AND ended_at IS NULL")
                .param("id", worker);
        worker = known.query(Integer.class)
                .optional()
                .orElseGet(() -> jdbc.sql(SIGN_ON).query(Integer.class).single());
    }

    private int runBatch() {
        look.promote(parts.clock().instant());
        var attempts = claimOnly();
        var ended = attempts.stream()
                .map(attempt ->
                        call(attempt, parts.handlers().of(attempt.claim().lane().kind())))
                .toList();
        var refused = parts.database()
                .inTransaction(() -> outcomes.save(ended, parts.clock().instant()));
        ended.forEach(outcome -> log.write(outcome, refused.contains(outcome.attempt())));
        return attempts.size();
    }

    /** Claims what is ready and runs nothing, as a worker that is slow. */
    List<Attempt> claimOnly() {
        return claimOnly(1000);
    }

    /** With so many slots. */
    List<Attempt> claimOnly(int slots) {
        if (worker == 0) {
            worker = jdbc.sql(SIGN_ON).query(Integer.class).single();
        }
        return claim(slots);
    }

    /** How many claims the last one took. */
    int rounds() {
        return rounds;
    }

    /** Claims under another number from now on, as a worker that was taken for lost. */
    void signOnAnew() {
        worker = 0;
    }

    /** Stores that these have succeeded. Answers those whose lease was lost. */
    Set<Attempt> succeed(List<Attempt> attempts) {
        var now = parts.clock().instant();
        var ended =
                attempts.stream().map(attempt -> Outcome.success(attempt, now)).toList();
        return outcomes.save(ended, now);
    }

    private List<Attempt> claim(int slots) {
        var queues = look.queues(queue -> true);
        var kinds = parts.handlers().kinds().stream().map(JobKind::name).toList();
        var reserve = new Reserve(parts.database().jdbc());
        var claims = new Claims(parts.database().jdbc(), parts.database().transaction(), reserve, parts.clock());
        // A new one gives back at once what is not needed.
        reserve.read(worker);
        reserve.settle(worker, this::running);
        look.heads(queues, kinds).forEach(lanes::woke);
        var claimed = new ArrayList<Attempt>();
        rounds = 0;
        while (claimed.size() < slots) {
            var quotas = lanes.next(slots - claimed.size(), queues);
            if (quotas.isEmpty()) {
                break;
            }
            claimed.addAll(claims.claim(quotas, new Claimant(worker, queues, this::running), lanes));
            rounds++;
        }
        return claimed;
    }

    private int running(Scope scope) {
        return jdbc.sql(RUNNING)
                .param("worker", worker)
                .param("scope", scope.key())
                .query(Integer.class)
                .single();
    }

    private <A> Outcome call(Attempt attempt, Handled<A> handled) {
        return new HandlerCall<>(attempt, handled, parts.jsonArgs(), parts.clock()).run();
    }

    /** The args of the kind's jobs that wait, due or not, in the order of their making. */
    public <A> List<A> waiting(JobKind<A> kind) {
        return jdbc
                .sql("SELECT rowrunner.args_of(j) FROM rowrunner.job j"
                        + " WHERE kind = :kind AND state IN ('ENQUEUED', 'SCHEDULED') ORDER BY created_at, id")
                .param("kind", kind.name())
                .query(String.class)
                .list()
                .stream()
                .map(args -> parts.jsonArgs().read(kind, args))
                .toList();
    }

    /** Forgets all jobs, those of other tests too, which must have been counted right. */
    public void clear() {
        assertThat(JobCounts.wrong(jdbc)).isEmpty();
        jdbc.sql(CLEAR).update();
    }

    @TestConfiguration(proxyBeanMethods = false)
    public static class Configuration {
        @Bean
        RunDueJobs runDueJobs(WorkerParts parts, JdbcClient jdbc) {
            return new RunDueJobs(parts, jdbc);
        }
    }
}
