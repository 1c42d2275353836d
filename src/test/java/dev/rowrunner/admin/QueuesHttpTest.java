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

/** Queues and workers over HTTP. */
@RowrunnerTest
class QueuesHttpTest {

    private final String queue = "q-" + UUID.randomUUID();
    private final String path = "/api/queues/" + queue;

    @Autowired
    Api api;

    @Autowired
    RunDueJobs dueJobs;

    @Autowired
    JdbcClient jdbc;

    private Http viewer;
    private Http operator;

    @BeforeEach
    void makeAQueue() {
        viewer = new Http(api, Role.VIEWER);
        operator = new Http(api, Role.OPERATOR);
        operator.exchange("PUT", path, Map.of());
    }

    @AfterEach
    void forget() {
        dueJobs.clear();
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = :queue")
                .param("queue", queue)
                .update();
        jdbc.sql("DELETE FROM rowrunner.worker WHERE name LIKE 'http-%'").update();
    }

    @Test
    void makesAQueueOnceAndSetsItAfterwards() {
        var other = path + "x";

        var made = operator.exchange("PUT", other, Map.of("concurrency", 3));
        var set = operator.exchange("PUT", other, Map.of("priority", 4));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.body()).containsEntry("concurrency", 3).containsEntry("priority", 0);
        assertThat(set.status()).isEqualTo(200);
        assertThat(set.body()).containsEntry("concurrency", null).containsEntry("priority", 4);
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = :queue || 'x'")
                .param("queue", queue)
                .update();
    }

    @Test
    void changesWhatIsNamedAndTakesAwayWhatIsNull() {
        operator.exchange(
                "PATCH", path, Map.of("concurrency", 5, "priority", 9, "rate", Map.of("jobs", 100, "per", "PT1M")));

        var changed = operator.exchange("PATCH", path, "{\"concurrency\": null}");
        var untouched = operator.exchange("PATCH", path, Map.of());

        assertThat(changed.body()).containsEntry("concurrency", null).containsEntry("priority", 9);
        assertThat(changed.part("rate")).isEqualTo(Map.of("jobs", 100, "per", "PT1M"));
        assertThat(untouched.body()).isEqualTo(changed.body());
        assertThat(operator.exchange("PATCH", path, "{\"rate\": null, \"priority\": null}")
                        .body())
                .containsEntry("rate", null)
                .containsEntry("priority", 0);
    }

    @Test
    void pausesAndResumes() {
        assertThat(operator.post(path + "/pause").body()).containsEntry("paused", true);
        assertThat(operator.exchange("PUT", path, Map.of()).body()).containsEntry("paused", true);
        assertThat(operator.post(path + "/resume").body()).containsEntry("paused", false);
    }

    @Test
    void tellsWhatWaitsSinceWhenAndWhoListens() {
        worker("http-all", "NULL");
        worker("http-this", "'{" + queue + "}'");
        worker("http-other", "'{other}'");
        enqueue("now() - interval '1 minute'", "a");
        enqueue("now() - interval '5 minutes'", "b");
        enqueue("now() + interval '5 minutes'", "b");

        var found = viewer.get(path);

        assertThat(found.body())
                .containsEntry("depth", 2)
                .containsEntry("scheduled", 1)
                .containsEntry("running", 0);
        assertThat(found.body().get("oldestAgeSeconds"))
                .asString()
                .satisfies(age -> assertThat(Integer.parseInt(age)).isBetween(300, 400));
        assertThat(found.parts("workers"))
                .asString()
                .contains("http-all", "http-this")
                .doesNotContain("http-other");
        assertThat(viewer.get("/api/queues?size=500").items()).contains(found.body());
    }

    @Test
    void listsWorkersThatLiveAndOnRequestThoseThatHaveEnded() {
        worker("http-live", "NULL");
        worker("http-silent", "'{default}'");
        worker("http-ended", "NULL");
        jdbc.sql("UPDATE rowrunner.worker SET beat_at = now() - interval '1 minute' WHERE name = 'http-silent'")
                .update();
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now(), ended_by = 'stopped' WHERE name = 'http-ended'")
                .update();

        var workers = viewer.get("/api/workers?size=500").items();

        assertThat(named(workers, "http-live"))
                .containsEntry("live", true)
                .containsEntry("queues", null)
                .containsEntry("slots", 4)
                .containsEntry("kinds", List.of("a.b"));
        assertThat(named(workers, "http-silent"))
                .containsEntry("live", false)
                .containsEntry("queues", List.of("default"));
        assertThat(workers).noneMatch(worker -> "http-ended".equals(worker.get("name")));
        assertThat(named(viewer.get("/api/workers?ended=true&size=500").items(), "http-ended"))
                .containsEntry("endedBy", "stopped");
    }

    @Test
    void knowsNothingOfAQueueThatThereIsNot() {
        var answers = List.of(
                viewer.get("/api/queues/nope"),
                operator.exchange("PATCH", "/api/queues/nope", Map.of("priority", 1)),
                operator.post("/api/queues/nope/pause"),
                operator.post("/api/queues/nope/resume"));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("detail")).contains("Queue 'nope' does not exist", "default");
        });
    }

    private static Map<String, Object> named(List<Map<String, Object>> workers, String name) {
        return workers.stream()
                .filter(worker -> name.equals(worker.get("name")))
                .findFirst()
                .orElseThrow();
    }

    private void worker(String name, String queues) {
        jdbc.sql("INSERT INTO rowrunner.worker (server, name, queues, kinds, slots, started_at, beat_at)"
                        + " VALUES (gen_random_uuid(), :name, " + queues + ", '{a.b}', 4, now(), now())")
                .param("name", name)
                .update();
    }

    private void enqueue(String at, String tenant) {
        jdbc.sql(
                        "SELECT rowrunner.insert_jobs('usage.aggregate-day', ARRAY [gen_random_uuid()], ARRAY ['{}'::jsonb], :queue,"
                                + " :tenant, NULL, " + at + ", NULL, NULL, NULL, least(now(), " + at + "))::text")
                .param("queue", queue)
                .param("tenant", tenant)
                .query(String.class)
                .single();
    }
}
