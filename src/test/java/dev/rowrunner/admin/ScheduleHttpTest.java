package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;

@RowrunnerTest
class ScheduleHttpTest {

    private static final String ID = "http-test";
    private static final String PATH = "/api/schedules/" + ID;
    private static final String DAILY = """
            {"kind": "usage.aggregate-day", "args": {"date": "2025-11-01"}, "cron": "30 2 * * *", "zone": "America/New_York"}
            """;

    @Autowired
    Api api;

    @Autowired
    JdbcClient jdbc;

    @AfterEach
    void forget() {
        jdbc.sql("UPDATE rowrunner.schedule SET declared = NULL WHERE id = :id; DELETE FROM rowrunner.schedule"
                        + " WHERE id = :id; DELETE FROM rowrunner.schedule_run WHERE schedule_id = :id;"
                        + " DELETE FROM rowrunner.unique_key WHERE job_id IN (SELECT id FROM rowrunner.job WHERE recurring_id = :id);"
                        + " DELETE FROM rowrunner.job WHERE recurring_id = :id")
                .param("id", ID)
                .update();
    }

    @Test
    void makesChangesPausesTriggersAndRemovesASchedule() {
        assertThat(put(DAILY))
                .containsEntry("status", 200)
                .containsEntry("cron", "30 2 * * *")
                .containsEntry("misfire", "coalesce")
                .containsEntry("grace", "PT1H")
                .containsEntry("enabled", true);
        assertThat(put("{\"every\": \"PT10M\", \"misfire\": \"skip\"}"))
                .containsEntry("every", "PT10M")
                .containsEntry("cron", null)
                .containsEntry("zone", "America/New_York")
                .containsEntry("misfire", "skip");
        assertThat(post("/pause")).containsEntry("enabled", false);
        assertThat(post("/resume")).containsEntry("enabled", true);
        assertThat(post("/trigger").get("jobId")).isNotNull();
        assertThat(items(PATH + "/runs")).extracting(run -> run.get("decision")).containsExactly("triggered");
        assertThat(items("/api/schedules?size=500"))
                .extracting(entry -> entry.get("id"))
                .contains(ID);
        assertThat(ask(HttpMethod.DELETE, PATH, null, Role.OPERATOR)).containsEntry("status", 204);
        assertThat(ask(HttpMethod.GET, PATH, null, Role.VIEWER)).containsEntry("status", 404);
    }

    @Test
    void previewsTimesWithWhatAChangeOfTheClocksDoes() {
        put(DAILY);

        var next = times(PATH + "/next?count=100");
        var preview = times("/api/schedules/preview?cron=0 12 * * 1&zone=Europe/Istanbul");

        assertThat(next)
                .hasSize(100)
                .extracting(due -> due.get("local"))
                .allMatch(local -> String.valueOf(local).matches(".*T0(2:30|3:00)-0[45]:00"));
        assertThat(preview)
                .hasSize(10)
                .extracting(due -> due.get("local"))
                .allMatch(local -> String.valueOf(local).endsWith("T12:00+03:00"));
    }

    @Test
    void resetsADeclaredScheduleAndNoOther() {
        put(DAILY);
        assertThat(post("/reset")).containsEntry("status", 400).containsEntry("field", "id");

        jdbc.sql("UPDATE rowrunner.schedule s SET declared = to_jsonb(s), edited = '{cron}' WHERE id = :id")
                .param("id", ID)
                .update();
        put("{\"cron\": \"0 5 * * *\"}");

        assertThat(post("/reset")).containsEntry("cron", "30 2 * * *").containsEntry("edited", List.of());
    }

    @Test
    void letsAViewerLookOnly() {
        put(DAILY);

        assertThat(ask(HttpMethod.GET, PATH, null, Role.VIEWER)).containsEntry("status", 200);
        assertThat(ask(HttpMethod.POST, PATH + "/trigger", null, Role.VIEWER)).containsEntry("status", 403);
    }

    static Stream<Arguments> badEdits() {
        return Stream.of(
                bad("{\"cron\": \"0 0 30 2 *\"}", "cron", "'0 0 30 2 *'"),
                bad("{\"every\": \"PT1S\"}", "every", "5 seconds"),
                bad("{\"cron\": \"0 0 * * *\", \"every\": \"PT1M\"}", "every", "exclude each other"),
                bad("{\"cron\": \"0 0 * * *\", \"zone\": \"Mars/Base\"}", "zone", "'Mars/Base'"),
                bad("{\"cron\": \"0 0 * * *\", \"crn\": 1}", "crn", "no field"),
                bad("{\"cron\": \"0 0 * * *\", \"misfire\": \"all\"}", "overlap", "allow"),
                bad("{\"cron\": \"0 0 * * *\", \"args\": {\"date\": \"never\"}}", "args.date", "never"),
                bad("{\"cron\": \"0 0 * * *\", \"args\": {\"dat\": 1}}", "args.dat", "did you mean 'date'?"),
                bad("{\"cron\": \"0 0 * * *\", \"kind\": \"usage.aggregate-dy\"}", "kind", "did you mean"),
                bad("{}", "cron", "cron is missing"));
    }

    private static Arguments bad(String edit, String field, String words) {
        return Arguments.of(edit, field, words);
    }

    @ParameterizedTest
    @MethodSource("badEdits")
    void refusesWhatCantBeAndStoresNothing(String edit, String field, String words) {
        var body = edit.contains("\"kind\"")
                ? edit
                : edit.replaceFirst("\\{", "{\"kind\": \"usage.aggregate-day\"" + (edit.equals("{}") ? "" : ","));

        var answer = put(body);

        assertThat(answer).containsEntry("status", 400).containsEntry("field", field);
        assertThat(answer.get("detail")).asString().contains(words);
        assertThat(ask(HttpMethod.GET, PATH, null, Role.VIEWER)).containsEntry("status", 404);
    }

    private Map<String, @Nullable Object> put(String body) {
        return ask(HttpMethod.PUT, PATH, body, Role.OPERATOR);
    }

    private Map<String, @Nullable Object> post(String action) {
        return ask(HttpMethod.POST, PATH + action, null, Role.OPERATOR);
    }

    /** The answer's fields, and its status where it has none of its own. */
    private Map<String, @Nullable Object> ask(HttpMethod method, String path, @Nullable String body, Role role) {
        var request = api.as(role).method(method).uri(path);
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var answer =
                request.exchange().returnResult(new ParameterizedTypeReference<Map<String, @Nullable Object>>() {});
        var fields = new java.util.HashMap<String, @Nullable Object>(
                answer.getResponseBody() == null ? Map.of() : answer.getResponseBody());
        fields.putIfAbsent("status", answer.getStatus().value());
        return fields;
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, @Nullable Object>> items(String path) {
        return (List<Map<String, @Nullable Object>>) java.util.Objects.requireNonNull(
                ask(HttpMethod.GET, path, null, Role.VIEWER).get("items"));
    }

    private List<Map<String, @Nullable Object>> times(String path) {
        return java.util.Objects.requireNonNull(api.as(Role.VIEWER)
                .get()
                .uri(path)
                .exchange()
                .returnResult(new ParameterizedTypeReference<List<Map<String, @Nullable Object>>>() {})
                .getResponseBody());
    }
}
