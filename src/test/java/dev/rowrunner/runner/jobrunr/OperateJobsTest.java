package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.testing.RowrunnerTest;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What operators do to jobs, in SQL and through JobRunr's API, which its dashboard uses. */
@RowrunnerTest
class OperateJobsTest {

    private static final String KIND = "sql.operate";
    private static final String UNIQUE = "sql.operate-unique";

    @Autowired
    JdbcClient jdbc;

    @Autowired
    JobStorage storage;

    private JobRows rows;

    @BeforeEach
    @AfterEach
    void forget() {
        rows = new JobRows(jdbc);
        rows.kind(KIND);
        rows.kind(UNIQUE, "unique_while = 'unfinished'");
        rows.clear(KIND);
        rows.clear(UNIQUE);
    }

    @Test
    void requeuesADeadLetterWithNewAttemptsAndTheOldStory() {
        var id = deadLetter(KIND, "boom");

        assertThat(rows.requeue(id)).containsExactly(id);

        assertThat(rows.state(id)).isEqualTo("enqueued");
        assertThat(rows.value(id, "attempt", Integer.class)).isZero();
        assertThat(rows.value(id, "last_error", String.class)).isEqualTo("boom");
        assertThat(rows.requeue(id)).isEmpty();
    }

    @Test
    void refusesARequeueWhoseUniqueKeyAnotherJobTookMeanwhile() {
        var dead = deadLetter(UNIQUE, "boom");
        var successor = rows.enqueue(UNIQUE);

        var inDashboard = storage.getJobById(dead);
        inDashboard.enqueue();

        assertThat(successor).isNotEqualTo(dead);
        assertThat(rows.requeue(dead)).isEmpty();
        assertThatExceptionOfType(ConcurrentJobModificationException.class).isThrownBy(() -> storage.save(inDashboard));
        assertThat(rows.state(dead)).isEqualTo("failed");
    }

    @Test
    void givesARequeuedJobItsUniqueKeyBack() {
        var id = deadLetter(UNIQUE, "boom");
        var job = storage.getJobById(id);
        job.enqueue();

        storage.save(job);

        assertThat(rows.value(id, "attempt", Integer.class)).isZero();
        assertThat(rows.enqueue(UNIQUE)).isEqualTo(id);
    }

    @Test
    void freesTheUniqueKeyOfAWaitingJobThatIsDeletedOrDiscarded() {
        var deleted = rows.enqueue(UNIQUE);
        var job = storage.getJobById(deleted);
        job.delete("unwanted");
        storage.save(job);

        var discarded = rows.enqueue(UNIQUE);
        assertThat(rows.discard(discarded)).isEqualTo("discarded");

        assertThat(rows.value(deleted, "reason", String.class)).isEqualTo("unwanted");
        assertThat(rows.enqueue(UNIQUE)).isNotIn(deleted, discarded);
    }

    @Test
    void asksTheWorkerOfARunningJobToStopIt() {
        var id = rows.enqueue(UNIQUE);
        rows.claim(id, rows.worker());
        var job = storage.getJobById(id);
        job.delete("unwanted");

        storage.save(job);

        assertThat(rows.state(id)).isEqualTo("processing");
        assertThat(rows.value(id, "reason", String.class)).isEqualTo("unwanted");
        assertThat(rows.enqueue(UNIQUE)).isEqualTo(id);
        assertThatThrownBy(() -> storage.deletePermanently(id)).hasMessageContaining("can't be deleted while worker");
    }

    @Test
    void requeuesAndDiscardsByFilterAfterADryRun() {
        var disk = deadLetter(KIND, "Disk is full");
        var net = deadLetter(KIND, "Connection refused");
        var other = deadLetter(UNIQUE, "Disk is full");

        assertThat(count("requeue_dead_letters(kind => '" + KIND + "', error => 'DISK')"))
                .isOne();
        assertThat(rows.state(disk)).isEqualTo("failed");
        assertThat(count("requeue_dead_letters(kind => '" + KIND + "', error => 'disk', dry_run => false)"))
                .isOne();
        assertThat(count("discard_dead_letters(kind => '" + KIND + "')")).isOne();
        assertThat(count("discard_dead_letters(kind => '" + KIND + "', dry_run => false)"))
                .isOne();

        assertThat(rows.state(disk)).isEqualTo("enqueued");
        assertThat(rows.state(net)).isEqualTo("deleted");
        assertThat(rows.state(other)).isEqualTo("failed");
    }

    @Test
    void filtersDeadLettersByQueueTenantAndTime() {
        deadLetter(KIND, "boom");
        var kind = "kind => '" + KIND + "', ";

        assertThat(count("requeue_dead_letters(" + kind + "queue => 'default', since => now() - interval '1 hour')"))
                .isOne();
        assertThat(count("requeue_dead_letters(" + kind + "queue => 'other')")).isZero();
        assertThat(count("requeue_dead_letters(" + kind + "tenant => 'acme')")).isZero();
        assertThat(count("requeue_dead_letters(" + kind + "until => now() - interval '1 hour')"))
                .isZero();
    }

    @Test
    void prunesInChunksAndNeverDeadLetters() {
        var dead = deadLetter(KIND, "boom");
        jdbc.sql("SELECT rowrunner.enqueue(:kind) FROM generate_series(1, 2500)")
                .param("kind", KIND)
                .query((row, n) -> n)
                .list();
        jdbc.sql(
                        "UPDATE rowrunner.job SET state = 'SUCCEEDED', started_at = now() WHERE kind = :kind AND state = 'ENQUEUED'")
                .param("kind", KIND)
                .update();
        var tomorrow = Instant.now().plus(Duration.ofDays(1));

        int deleted = storage.deleteJobsPermanently(StateName.SUCCEEDED, tomorrow);

        assertThat(deleted).isGreaterThanOrEqualTo(2500);
        assertThat(jdbc.sql("SELECT count(*) FROM jobs WHERE kind = :kind")
                        .param("kind", KIND)
                        .query(Integer.class)
                        .single())
                .isOne();
        assertThat(rows.state(dead)).isEqualTo("failed");
        assertThatThrownBy(() -> jdbc.sql("SELECT rowrunner.prune('FAILED', now(), 10)")
                        .query((row, n) -> n)
                        .list())
                .hasMessageContaining("Jobs in state FAILED are not pruned");
    }

    @Test
    void refusesAStateThatIsWrittenIntoTheView() {
        var id = rows.enqueue(KIND);

        assertThatThrownBy(() -> jdbc.sql("UPDATE jobrunr.jobrunr_jobs SET state = 'DELETED' WHERE id = :id")
                        .param("id", id)
                        .update())
                .hasMessageContaining("can't be set to 'DELETED'")
                .hasMessageContaining("rowrunner.requeue");
        assertThat(rows.state(id)).isEqualTo("enqueued");
    }

    private UUID deadLetter(String kind, String error) {
        var id = rows.enqueue(kind);
        rows.claim(id, rows.worker());
        rows.die(id, error);
        return id;
    }

    private long count(String call) {
        return jdbc.sql("SELECT rowrunner." + call).query(Long.class).single();
    }
}
