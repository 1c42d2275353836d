package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Dead letters over HTTP, one and by filter. */
@RowrunnerTest
class DeadLettersHttpTest {

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
    void leaveNothing() {
        dueJobs.clear();
    }

    @Test
    void showsADeadLetterWithItsArgsAndFailures() {
        var id = dead("the provider is down");

        var letter = viewer.get("/api/dead-letters/" + id);

        assertThat(letter.body())
                .containsEntry("id", id)
                .containsEntry("reason", "attempts exhausted")
                .containsEntry("lastError", "the provider is down")
                .containsEntry("tenant", tenant);
        assertThat(letter.part("args")).containsEntry("date", "2025-11-01");
        assertThat(letter.parts("failures"))
                .singleElement()
                .satisfies(failure -> assertThat(failure).containsEntry("error", "the provider is down"));
    }

    @Test
    void listsByFilterTheNewestFirst() {
        var first = dead("the provider is down");
        var second = dead("Timeout");

        assertThat(ids("tenant=" + tenant)).containsExactly(second, first);
        assertThat(ids("tenant=" + tenant + "&error=PROVIDER")).containsExactly(first);
        assertThat(ids("kind=usage.aggregate-day&queue=default&size=1")).containsExactly(second);
        assertThat(ids("until=2020-01-01T00:00:00Z")).isEmpty();
    }

    @Test
    void requeuesAndDiscardsOne() {
        var first = dead("boom");
        var second = dead("boom");

        assertThat(operator.post("/api/dead-letters/" + first + "/requeue").body())
                .containsEntry("outcome", "requeued");
        assertThat(operator.post("/api/dead-letters/" + second + "/discard?reason=too%20late")
                        .body())
                .containsEntry("outcome", "discarded");

        assertThat(viewer.get("/api/jobs/" + first).body()).containsEntry("state", "enqueued");
        assertThat(viewer.get("/api/jobs/" + second).body())
                .containsEntry("state", "deleted")
                .containsEntry("reason", "too late");
    }

    @Test
    void onlyCountsOnADryRun() {
        var id = dead("boom");

        var requeue = operator.post("/api/dead-letters/requeue?dryRun=true&tenant=" + tenant);
        var discard = operator.post("/api/dead-letters/discard?dryRun=true&tenant=" + tenant);

        assertThat(List.of(requeue.body(), discard.body()))
                .containsOnly(Map.of("dryRun", true, "matched", 1, "changed", 0));
        assertThat(viewer.get("/api/jobs/" + id).body()).containsEntry("state", "failed");
    }

    @Test
    void requeuesAndDiscardsAllThatAFilterMeansAndNoOther() {
        var down = List.of(dead("the provider is down"), dead("the provider is down"));
        var other = dead("boom");

        var requeued = operator.post("/api/dead-letters/requeue?error=provider&tenant=" + tenant);
        var discarded = operator.post("/api/dead-letters/discard?tenant=" + tenant);

        assertThat(requeued.body()).isEqualTo(Map.of("dryRun", false, "matched", 2, "changed", 2));
        assertThat(discarded.body()).isEqualTo(Map.of("dryRun", false, "matched", 1, "changed", 1));
        assertThat(down)
                .allSatisfy(
                        id -> assertThat(viewer.get("/api/jobs/" + id).body()).containsEntry("state", "enqueued"));
        assertThat(viewer.get("/api/jobs/" + other).body()).containsEntry("state", "deleted");
    }

    @Test
    void actsOnAllOnlyWhenThatIsSaid() {
        var id = dead("boom");

        var without = operator.post("/api/dead-letters/discard");
        var both = operator.post("/api/dead-letters/discard?all=true&tenant=" + tenant);

        assertThat(List.of(without, both)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).containsEntry("field", "all");
        });
        assertThat(viewer.get("/api/jobs/" + id).body()).containsEntry("state", "failed");
        assertThat(operator.post("/api/dead-letters/requeue?all=true").body()).containsEntry("changed", 1);
    }

    @Test
    void moreThanOnePortionIsRequeued() {
        var id = dead("boom");
        jdbc.sql("""
                INSERT INTO rowrunner.job (id, state, queue, kind, tenant, args, claim_key, updated_at)
                SELECT gen_random_uuid(), j.state, j.queue, j.kind, j.tenant, '{}', j.claim_key, j.updated_at
                FROM generate_series(1, 2100) CROSS JOIN rowrunner.job j WHERE j.id = :id::uuid
                """).param("id", id).update();

        var answer = operator.post("/api/dead-letters/requeue?tenant=" + tenant);

        assertThat(answer.body()).containsEntry("matched", 2101).containsEntry("changed", 2101);
    }

    @Test
    void whatIsNoDeadLetterIsNotTouched() {
        var id = dead("boom");
        operator.post("/api/dead-letters/" + id + "/requeue");

        var answers = List.of(
                viewer.get("/api/dead-letters/" + id),
                operator.post("/api/dead-letters/" + id + "/requeue"),
                operator.post("/api/dead-letters/" + id + "/discard"));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("detail")).contains(id, "is no dead letter");
        });
        assertThat(viewer.get("/api/jobs/" + id).body()).containsEntry("state", "enqueued");
    }

    private List<String> ids(String query) {
        return viewer.get("/api/dead-letters?" + query).items().stream()
                .map(letter -> String.valueOf(letter.get("id")))
                .toList();
    }

    private String dead(String error) {
        var id = operator.post(
                        "/api/jobs",
                        Map.of(
                                "kind",
                                "usage.aggregate-day",
                                "args",
                                Map.of("date", "2025-11-01"),
                                "tenant",
                                tenant,
                                "runAt",
                                "2099-01-01T00:00:00Z"))
                .text("id");
        jdbc.sql("""
                WITH dead AS (
                    UPDATE rowrunner.job SET state = 'FAILED', version = version + 1, attempt = 1, updated_at = clock_timestamp()
                    WHERE id = :id::uuid RETURNING *)
                SELECT rowrunner.tell(dead, version, jsonb_build_array(rowrunner.failed_state(now(), 'm', 't', :error, '')),
                                      :error, 'attempts exhausted')::text
                FROM dead""").param("id", id).param("error", error).query(String.class).optional();
        return id;
    }
}
