package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.JobCounts;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jobrunr.jobs.states.StateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Counts and lists that cost the same however many jobs have finished. */
@RowrunnerTest
class JobCountsTest {

    private static final String KIND = "sql.counts";

    private static final String MANY_FINISHED = """
            INSERT INTO rowrunner.job (id, state, queue, kind, claim_key, started_at, updated_at)
            SELECT gen_random_uuid(), 'SUCCEEDED', 'default', 'sql.counts', now(), now(), now() - n * interval '1 s'
            FROM generate_series(1, 30000) AS n
            """;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    JobStorage storage;

    @Autowired
    TransactionTemplate transaction;

    private JobRows rows;

    @BeforeEach
    @AfterEach
    void forget() {
        rows = new JobRows(jdbc);
        rows.kind(KIND);
        rows.queue("counts");
        rows.clear(KIND);
    }

    @Test
    void equalTheRowsAfterAnyMixOfStatements() {
        IntStream.range(0, 20).forEach(n -> rows.enqueue(KIND));
        var moved = rows.enqueueWith("'" + KIND + "', queue => 'counts'");
        var failed = rows.enqueueWith("'" + KIND + "', queue => 'counts'");
        rows.claim(moved, rows.worker());
        rows.succeed(moved);
        rows.claim(failed, rows.worker());
        rows.die(failed, "boom");
        jdbc.sql("UPDATE rowrunner.job SET queue = 'default' WHERE id = :id")
                .param("id", moved)
                .update();
        jdbc.sql("UPDATE rowrunner.job SET state = 'SUCCEEDED' WHERE kind = :kind AND state = 'ENQUEUED'")
                .param("kind", KIND)
                .update();
        transaction.executeWithoutResult(status -> {
            rows.enqueue(KIND);
            status.setRollbackOnly();
        });
        storage.deletePermanently(moved);

        assertThat(JobCounts.wrong(jdbc)).isEmpty();
        assertThat(storage.countJobs(StateName.FAILED)).isEqualTo(countOf("FAILED"));
        assertThat(storage.getJobStats().getFailed()).isEqualTo(countOf("FAILED"));
        assertThat(jdbc.sql("SELECT dead_letters FROM queues WHERE name = 'counts'")
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @Test
    void areKeptWhenTheyAreAddedUpByManyAtOnce() {
        var work = IntStream.range(0, 8)
                .mapToObj(n ->
                        CompletableFuture.runAsync(() -> IntStream.range(0, 10).forEach(i -> {
                            rows.enqueue(KIND);
                            addUp();
                        })))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(work).join();
        addUp();

        assertThat(JobCounts.wrong(jdbc)).isEmpty();
        assertThat(jdbc.sql("SELECT max(n) FROM (SELECT count(*) AS n FROM rowrunner.job_count GROUP BY queue, state)")
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void readNoJobsAndListsReadAnIndex() {
        transaction.executeWithoutResult(status -> {
            jdbc.sql(MANY_FINISHED).update();
            jdbc.sql("ANALYZE rowrunner.job").update();

            assertThat(plan("SELECT * FROM jobrunr.jobrunr_jobs_stats")).doesNotContain(" on job ");
            assertThat(plan("SELECT name, enqueued, scheduled, running, dead_letters, workers FROM queues"))
                    .doesNotContain(" on job ");
            assertThat(plan("SELECT oldest_ready_at FROM queues"))
                    .contains("job_lane_idx")
                    .doesNotContain("Seq Scan on job ", "Sort", "Bitmap");
            assertThat(plan("SELECT * FROM jobs WHERE state = 'enqueued'"))
                    .contains("job_list_idx")
                    .doesNotContain("Seq Scan on job ");
            assertThat(plan("SELECT * FROM jobs WHERE state = 'succeeded' ORDER BY updated_at DESC LIMIT 20"))
                    .contains("job_list_idx")
                    .doesNotContain("Sort");
            // The operators' list, page by page in the same order.
            assertThat(plan("SELECT id FROM rowrunner.job WHERE lower(state) = 'succeeded'"
                            + " ORDER BY updated_at DESC, id LIMIT 51"))
                    .contains("job_list_idx", "Incremental Sort");
            assertThat(plan("SELECT * FROM dead_letters ORDER BY died_at DESC LIMIT 20"))
                    .contains("job_list_idx");
            assertThat(plan("SELECT id FROM jobrunr.jobrunr_jobs WHERE state_name = 'succeeded'"
                            + " ORDER BY updated_at DESC LIMIT 20 OFFSET 40"))
                    .contains("job_list_idx")
                    .doesNotContain("Sort");
            assertThat(plan("SELECT id FROM jobrunr.jobrunr_jobs WHERE state = 'SCHEDULED' ORDER BY run_at LIMIT 20"))
                    .contains("job_due_idx")
                    .doesNotContain("Sort");
            status.setRollbackOnly();
        });
    }

    private String plan(String query) {
        return String.join(
                "\n", jdbc.sql("EXPLAIN " + query).query(String.class).list());
    }

    private long countOf(String state) {
        return jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE state = :state")
                .param("state", state)
                .query(Long.class)
                .single();
    }

    private void addUp() {
        jdbc.sql("SELECT rowrunner.add_up_counts()").query((row, n) -> n).list();
    }
}
