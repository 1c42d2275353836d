package dev.rowrunner.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.RowrunnerTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Syncs over HTTP, as the system before answered them. */
@RowrunnerTest
class SyncHttpTest {

    @Autowired
    Api api;

    @Autowired
    AccountsFixture fixture;

    private Http viewer;
    private Http operator;

    @BeforeEach
    void link() {
        fixture.clear();
        fixture.account(fixture.consent("123"), "123", "456", null);
        viewer = new Http(api, Role.VIEWER);
        operator = new Http(api, Role.OPERATOR);
    }

    @AfterEach
    void forget() {
        fixture.clear();
    }

    @Test
    void enqueuesASyncWithThePayloadOfTheReference() {
        var answer = operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456&since_days=7");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).containsEntry("queued", true).containsEntry("user_id", "123");
        assertThat(fixture.rows("SELECT user_id, account_id, since_ts, retry_count, job_id::text FROM aa_sync"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("user_id", "123")
                        .containsEntry("account_id", "456")
                        .containsEntry("retry_count", 0)
                        .containsEntry("job_id", answer.body().get("job_id")));
        assertThat(fixture.jdbc
                        .sql("SELECT since_ts FROM aa_sync")
                        .query((row, n) -> Times.known(row, "since_ts"))
                        .single())
                .isEqualTo(fixture.clock.instant().minus(Duration.ofDays(7)));
    }

    @Test
    void saysThatASyncOfTheAccountWaitsAlready() {
        operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456");

        var second = operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456");

        assertThat(second.body()).containsEntry("queued", false);
        assertThat(fixture.count("aa_sync")).isEqualTo(1);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=no")
                        .status())
                .isEqualTo(404);
        assertThat(operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456&since_days=-1")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsTheSizesOfTheSets() {
        operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456");

        var queues = viewer.get("/api/admin/aa/queue/status").part("queues");

        assertThat(queues.keySet())
                .containsExactly(
                        "aa_sync",
                        "aa_sync_retry",
                        "aa_dlq",
                        "aa_sync_completed",
                        "aa_sync_failed",
                        "aa_scheduler_events");
        assertThat(queues.get("aa_sync"))
                .isEqualTo(Map.of("size", 1, "oldest", fixture.clock.instant().toString()));
    }

    @Test
    void tellsHowTheWorkersDo() {
        operator.post("/api/admin/aa/enqueue-sync?user_id=123&account_id=456");

        var stats = viewer.get("/api/admin/aa/worker/stats").body();

        assertThat(stats).containsEntry("counts", Map.of("enqueued", 1)).containsEntry("current", List.of());
    }

    @Test
    void tellsOfTheSchedulerAndTriggersIt() {
        var triggered = operator.post("/api/admin/aa/scheduler/trigger");

        assertThat(triggered.status()).isEqualTo(202);
        assertThat(triggered.body()).containsKey("job_id");
        assertThat(viewer.get("/api/admin/aa/scheduler/stats").body())
                .containsEntry("interval_hours", 4.0)
                .containsEntry("stale_threshold_hours", 4.0);
    }

    @Test
    void clearsNoQueueOutsideOfDevelopment() {
        var answer = new Http(api, Role.ADMIN).delete("/api/admin/aa/queue/clear");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body().get("detail")).asString().contains("APP_ENV=development");
    }
}
