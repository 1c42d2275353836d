package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jobrunr.jobs.states.StateName.DELETED;
import static org.jobrunr.jobs.states.StateName.ENQUEUED;
import static org.jobrunr.jobs.states.StateName.FAILED;
import static org.jobrunr.jobs.states.StateName.PROCESSING;
import static org.jobrunr.jobs.states.StateName.SCHEDULED;
import static org.jobrunr.jobs.states.StateName.SUCCEEDED;

import dev.rowrunner.testing.RowrunnerTest;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.states.FailedState;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.StateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What JobRunr reads of a job at each stage of its life, most of which is told by columns and stored nowhere. */
@RowrunnerTest
class JobStoryTest {

    private static final String KIND = "sql.story";

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
        rows.clear(KIND);
    }

    @Test
    void tellsOfAJobThatWaitsRunsAndSucceeds() {
        var id = rows.enqueueWith("'" + KIND + "', '{\"name\": \"\\\"quoted\\\" ünï\"}'");
        var waiting = story(id);
        rows.claim(id, rows.worker());
        var running = story(id);
        rows.succeed(id);

        assertThat(waiting).containsExactly(ENQUEUED);
        assertThat(running).containsExactly(ENQUEUED, PROCESSING);
        assertThat(story(id)).containsExactly(ENQUEUED, PROCESSING, SUCCEEDED);
        var job = storage.getJobById(id);
        assertThat(job.getVersion()).isEqualTo(3);
        assertThat(job.getJobName()).isEqualTo(KIND);
        assertThat(job.getJobDetails().getJobParameterValues())
                .containsExactly(new StoredJob(KIND, "{\"name\": \"\\\"quoted\\\" ünï\"}"));
    }

    @Test
    void tellsOfAJobThatWasScheduledFailedAndWasTriedAgain() {
        var id = rows.enqueueWith("'" + KIND + "', run_at => now() + interval '1 hour'");
        var scheduled = story(id);
        rows.promote(OffsetDateTime.now().plusHours(2));
        var due = story(id);
        rows.claim(id, rows.worker());
        rows.failAndRetry(id);
        var waitsForRetry = story(id);
        rows.promote(OffsetDateTime.now().plusHours(2));
        rows.claim(id, rows.worker());
        rows.succeed(id);

        assertThat(scheduled).containsExactly(SCHEDULED);
        assertThat(due).containsExactly(SCHEDULED, ENQUEUED);
        assertThat(waitsForRetry).containsExactly(SCHEDULED, ENQUEUED, PROCESSING, FAILED, SCHEDULED);
        assertThat(story(id))
                .containsExactly(SCHEDULED, ENQUEUED, PROCESSING, FAILED, SCHEDULED, ENQUEUED, PROCESSING, SUCCEEDED);
        assertThat(storage.getJobById(id).getLastJobStateOfType(FailedState.class))
                .hasValueSatisfying(
                        failed -> assertThat(failed.getExceptionMessage()).isEqualTo("boom"));
    }

    @Test
    void tellsOfADeadLetterThatWasRequeuedAndDiscarded() {
        var id = rows.enqueue(KIND);
        rows.claim(id, rows.worker());
        rows.die(id, "boom");
        rows.requeue(id);
        rows.discard(id);

        assertThat(story(id)).containsExactly(ENQUEUED, PROCESSING, FAILED, ENQUEUED, DELETED);
    }

    @Test
    void showsProgressAndLogOfTheAttemptThatToldThem() {
        var id = rows.enqueue(KIND);
        rows.claim(id, rows.worker());
        jdbc.sql(
                        "INSERT INTO rowrunner.job_progress (id, done, total, log, updated_at) VALUES (:id, 1, 4, :log::jsonb, now())")
                .param("id", id)
                .param("log", """
                        [{"level": "INFO", "logInstant": "2026-01-02T03:04:05Z", "logMessage": "halfway"}]
                        """)
                .update();
        var running = storage.getJobById(id).getMetadata();
        rows.failAndRetry(id);

        assertThat(running).containsOnlyKeys("jobRunrDashboardProgressBar-2", "jobRunrDashboardLog-2");
        assertThat(storage.getJobById(id).getMetadata()).containsOnlyKeys(running.keySet());
    }

    @Test
    void isPleasantToReadInSql() {
        var id = rows.enqueueWith("'" + KIND + "', '{\"n\": 1}'");

        var job = jdbc.sql("SELECT * FROM jobs WHERE state = 'enqueued' AND kind = :kind")
                .param("kind", KIND)
                .query()
                .singleRow();

        assertThat(job)
                .containsEntry("id", id)
                .containsEntry("queue", "default")
                .containsEntry("attempt", 0)
                .containsEntry("last_error", null);
        assertThat(job.get("args")).hasToString("{\"n\": 1}");
    }

    private List<StateName> story(UUID id) {
        return storage.getJobById(id).getJobStates().stream()
                .map(JobState::getName)
                .toList();
    }
}
