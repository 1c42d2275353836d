package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.Http.Answer;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jobs over HTTP: lists, one job, enqueue, discard and requeue. */
@RowrunnerTest
class JobsHttpTest {

    private static final String KIND = "usage.aggregate-day";
    private static final String LATER = "2099-01-01T00:00:00Z";

    private final String tenant = "tenant-" + UUID.randomUUID();

    @Autowired
    Api api;

    @Autowired
    RunDueJobs dueJobs;

    @Autowired
    JdbcClient jdbc;

    private Http viewer;
    private Http operator;

    @BeforeEach
    void forget() {
        dueJobs.clear();
        viewer = new Http(api, Role.VIEWER);
        operator = new Http(api, Role.OPERATOR);
    }

    @AfterEach
    void leaveNothingWaiting() {
        dueJobs.clear();
    }

    @Test
    void enqueuesAJobAndSaysWhereItIs() {
        var answer = operator.post(
                "/api/jobs", Map.of("kind", KIND, "args", day(1), "tenant", tenant, "priority", 7, "runAt", LATER));

        assertThat(answer.status()).isEqualTo(201);
        var where = String.valueOf(answer.headers().getFirst("Location"));
        assertThat(where).isEqualTo("/api/jobs/" + answer.text("id"));
        var job = viewer.get(where);
        assertThat(job.body())
                .containsEntry("kind", KIND)
                .containsEntry("state", "scheduled")
                .containsEntry("queue", "default")
                .containsEntry("tenant", tenant)
                .containsEntry("priority", 7)
                .containsEntry("runAt", LATER)
                .containsEntry("attempts", List.of())
                .containsEntry("progress", null);
        assertThat(job.part("args")).containsEntry("date", "2025-11-01");
    }

    @Test
    void answersTheJobThatHoldsTheUniqueKey() {
        var job = Map.of("kind", KIND, "args", day(1), "uniqueKey", tenant, "runAt", LATER);

        var first = operator.post("/api/jobs", job);
        var second = operator.post("/api/jobs", job);

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
    }

    @Test
    void storesArgsAsTheyWereWritten() {
        jdbc.sql("""
                INSERT INTO rowrunner.kind (name, queue, priority, max_attempts) VALUES ('http.elsewhere', 'default', 0, 1)
                ON CONFLICT DO NOTHING""").update();

        var answer = operator.post("/api/jobs", """
                {"kind": "http.elsewhere", "args": {"amount": 0.10, "id": 123456789012345678901234567890}, "runAt": "%s"}
                """.formatted(LATER));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(jdbc.sql("SELECT args::text FROM jobs WHERE id = :id::uuid")
                        .param("id", answer.text("id"))
                        .query(String.class)
                        .single())
                .isEqualTo("{\"id\": 123456789012345678901234567890, \"amount\": 0.10}");
        jdbc.sql("DELETE FROM rowrunner.kind WHERE name = 'http.elsewhere'").update();
    }

    @Test
    void listsJobsByStateKindQueueAndTenantTheLastChangedFirst() {
        var first = enqueued(1);
        var second = enqueued(2);
        operator.delete("/api/jobs/" + first);

        assertThat(ids("tenant=" + tenant)).containsExactly(first, second);
        assertThat(ids("state=scheduled&tenant=" + tenant)).containsExactly(second);
        assertThat(ids("state=deleted&kind=" + KIND + "&queue=default&tenant=" + tenant))
                .containsExactly(first);
        assertThat(ids("state=failed&tenant=" + tenant)).isEmpty();
    }

    @Test
    void pagesThroughAList() {
        var all = List.of(enqueued(1), enqueued(2), enqueued(3));

        var first = viewer.get("/api/jobs?size=2&tenant=" + tenant);
        var second = viewer.get("/api/jobs?size=2&page=2&tenant=" + tenant);

        assertThat(first.body()).containsEntry("more", true).containsEntry("page", 1);
        assertThat(second.body()).containsEntry("more", false);
        assertThat(List.of(id(second, 0), id(first, 1), id(first, 0))).isEqualTo(all);
    }

    @Test
    void discardsAWaitingJobOnceAndKeepsTheReason() {
        var id = enqueued(1);

        var answer = operator.delete("/api/jobs/" + id + "?reason=asked%20by%20the%20merchant");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).containsEntry("outcome", "discarded");
        assertThat(viewer.get("/api/jobs/" + id).body())
                .containsEntry("state", "deleted")
                .containsEntry("reason", "asked by the merchant");
        var again = operator.delete("/api/jobs/" + id);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("detail")).contains(id, "has ended already");
    }

    @Test
    void requeuesAJobThatHasEndedAndOneThatWaitsForLater() {
        var later = enqueued(1);

        assertThat(operator.post("/api/jobs/" + later + "/requeue").status()).isEqualTo(200);
        assertThat(viewer.get("/api/jobs/" + later).body()).containsEntry("state", "enqueued");

        var again = operator.post("/api/jobs/" + later + "/requeue");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("detail")).contains("waits already", "/why");

        operator.delete("/api/jobs/" + later);
        assertThat(operator.post("/api/jobs/" + later + "/requeue").status()).isEqualTo(200);
    }

    @Test
    void namesTheJobWhoseUniqueKeyKeepsAnotherFromBeingRequeued() {
        var job = Map.of("kind", KIND, "args", day(1), "uniqueKey", tenant, "runAt", LATER);
        var first = operator.post("/api/jobs", job).text("id");
        operator.delete("/api/jobs/" + first);
        var second = operator.post("/api/jobs", job).text("id");

        var answer = operator.post("/api/jobs/" + first + "/requeue");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("Job " + second + " holds the unique key of job " + first);
    }

    @Test
    void knowsNothingOfAJobThatThereIsNot() {
        var id = UUID.randomUUID();

        var answers = List.of(
                viewer.get("/api/jobs/" + id),
                viewer.get("/api/jobs/" + id + "/why"),
                operator.delete("/api/jobs/" + id),
                operator.post("/api/jobs/" + id + "/requeue"));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("detail")).contains("No job has the id " + id);
        });
    }

    private static Map<String, Object> day(int day) {
        return Map.of("date", "2025-11-0" + day);
    }

    private String enqueued(int day) {
        return operator.post("/api/jobs", Map.of("kind", KIND, "args", day(day), "tenant", tenant, "runAt", LATER))
                .text("id");
    }

    private List<String> ids(String query) {
        return viewer.get("/api/jobs?" + query).items().stream()
                .map(job -> String.valueOf(job.get("id")))
                .toList();
    }

    private static String id(Answer page, int row) {
        return String.valueOf(page.items().get(row).get("id"));
    }
}
