package dev.rowrunner.receipts;

import static dev.rowrunner.receipts.ReceiptsFixture.BUSINESS;
import static dev.rowrunner.receipts.ReceiptsFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.http.Grant;
import dev.rowrunner.http.Tokens;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Receipt sync over HTTP, with the answers of the system before. */
@RowrunnerTest
@ExtendWith(OutputCaptureExtension.class)
class ReceiptsHttpTest {

    @Autowired
    Api api;

    @Autowired
    Tokens tokens;

    @Autowired
    ReceiptsFixture fixture;

    @Autowired
    SyncRequests requests;

    @Autowired
    Diagnostics diagnostics;

    @Autowired
    ReceiptsProperties properties;

    private Http admin;

    @BeforeEach
    void connect() {
        fixture.clear();
        forgetWorkers();
        fixture.folder();
        admin = new Http(api, Role.ADMIN);
    }

    @AfterEach
    void forget() {
        fixture.jdbc.sql("UPDATE rowrunner.queue SET paused = false").update();
        forgetWorkers();
        fixture.clear();
    }

    // ---- sync

    @Test
    void queuesASyncWhereSomebodyListens() {
        worker("w1", "NULL", "0 s", "NULL");

        var answer = admin.post("/api/receipts/sync", Map.of("mode", "full", "business_id", BUSINESS));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body())
                .containsOnlyKeys("success", "message", "job_id", "status")
                .containsEntry("success", true)
                .containsEntry("message", "Sync job queued for processing")
                .containsEntry("status", "queued");
        assertThat(fixture.rows("SELECT queue, args ->> 'mode' AS mode, args ->> 'businessId' AS business FROM jobs"))
                .containsExactly(Map.of("queue", "default", "mode", "full", "business", BUSINESS));
    }

    @Test
    void takesTheBusinessThatTheTokenIsBoundTo() {
        worker("w1", "'{high,default}'", "0 s", "NULL");
        var bound = bound(BUSINESS, Role.OPERATOR);

        assertThat(post(bound, Map.of("mode", "incremental")).status()).isEqualTo(202);
        assertThat(post(bound, Map.of("business_id", BUSINESS)).status()).isEqualTo(202);
        assertThat(post(bound, Map.of("business_id", "other")).status()).isEqualTo(403);
        assertThat(post(bound(BUSINESS, Role.VIEWER), Map.of()).status()).isEqualTo(403);
    }

    @Test
    void asksWhoIsBoundToNoBusinessForOne() {
        worker("w1", "NULL", "0 s", "NULL");

        var unnamed = admin.post("/api/receipts/sync", Map.of("mode", "full"));
        var operator = new Http(api, Role.OPERATOR);

        assertThat(unnamed.status()).isEqualTo(400);
        assertThat(unnamed.body()).containsEntry("field", "business_id");
        assertThat(operator.post("/api/receipts/sync", Map.of()).status()).isEqualTo(400);
        assertThat(operator.post("/api/receipts/sync", Map.of("business_id", BUSINESS))
                        .status())
                .isEqualTo(403);
        assertThat(admin.post("/api/receipts/sync", Map.of("business_id", BUSINESS, "mode", "all"))
                        .text("detail"))
                .isEqualTo("mode is full or incremental, was 'all'");
        assertThat(admin.post("/api/receipts/sync", Map.of("business_id", "nobody"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void saysThatNoWorkerIsAlive(CapturedOutput output) {
        assertRefused("No active workers found listening to queue 'default': none is alive");
        assertThat(output).contains("Receipts sync refused with 503", "none is alive");
    }

    @Test
    void saysThatAWorkerListensElsewhere() {
        worker("w1", "'{high,low}'", "0 s", "NULL");

        assertRefused("No active worker listens to queue 'default', only to others: w1 (high, low)");
    }

    @Test
    void saysThatAWorkerIsSilent() {
        worker("w1", "'{default}'", "9.5 s", "NULL");

        assertRefused(
                "No active workers found listening to queue 'default': worker w1 (default) was last heard of 10 s ago");
    }

    @Test
    void saysThatAWorkerStops() {
        worker("w1", "NULL", "0 s", "'stopping'");

        assertRefused("No active workers found listening to queue 'default': worker w1 (every queue) is stopping");
    }

    @Test
    void saysThatTheQueueIsPausedAndGoesOnWhenItIsNot() {
        worker("w1", "NULL", "0 s", "NULL");
        fixture.jdbc
                .sql("UPDATE rowrunner.queue SET paused = true WHERE name = 'default'")
                .update();

        assertRefused("Queue 'default' is paused: 'queue resume default' starts it again");
        fixture.jdbc
                .sql("UPDATE rowrunner.queue SET paused = false WHERE name = 'default'")
                .update();
        assertThat(admin.post("/api/receipts/sync", Map.of("business_id", BUSINESS))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void saysThatALiveWorkerHasNoHandler() {
        worker("w1", "NULL", "0 s", "NULL");
        fixture.jdbc.sql("UPDATE rowrunner.worker SET kinds = '{a.b}'").update();

        assertRefused(
                "No live worker that listens to queue 'default' has a handler for kind 'receipts.sync': w1 (every queue)");
    }

    private void assertRefused(String details) {
        var answer = admin.post("/api/receipts/sync", Map.of("business_id", BUSINESS));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
                .containsOnlyKeys("success", "error", "action", "technical_details")
                .containsEntry("success", false)
                .containsEntry("technical_details", details);
        assertThat(answer.text("error")).endsWith("receipts sync cannot start");
        assertThat(answer.text("action")).contains("queue 'default'");
        assertThat(fixture.count("jobs")).isZero();
    }

    // ---- diagnostics

    @Test
    void tellsAnAdminWhoListensToWhat() {
        worker("w1", "'{high,default}'", "0 s", "NULL");
        worker("lost", "NULL", "1 h", "NULL");
        fixture.jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(BUSINESS, SyncMode.FULL));

        var answer = admin.get("/api/receipts/queue/diagnostics");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .containsEntry("redis", Map.of("available", true, "ping", "OK"))
                .containsEntry("database", Map.of("available", true, "ping", "OK"))
                .containsEntry("workers_count", 1)
                .containsEntry("workers", List.of(Map.of("name", "w1", "queues", List.of("high", "default"))));
        assertThat(answer.part("queues"))
                .containsEntry("default", Map.of("length", 1, "has_worker_listening", true, "paused", false))
                .containsEntry("low", Map.of("length", 0, "has_worker_listening", false, "paused", false));
        assertThat(answer.part("critical_checks"))
                .containsEntry("default_queue_has_worker", true)
                .containsEntry("status", "OK");
    }

    @Test
    void tellsAnAdminWhatIsWrong() {
        assertThat(admin.get("/api/receipts/queue/diagnostics").part("critical_checks"))
                .containsEntry("default_queue_has_worker", false)
                .containsEntry("status", "CRITICAL")
                .containsEntry("reason", "No active workers found listening to queue 'default': none is alive");
    }

    @Test
    void refusesDiagnosticsToEverybodyElse() {
        assertThat(diagnostics(api.withoutToken(), null)).isEqualTo(403);
        assertThat(diagnostics(api.withoutToken(), "")).isEqualTo(403);
        assertThat(diagnostics(api.withoutToken(), "guess")).isEqualTo(403);
        assertThat(diagnostics(api.as(Role.OPERATOR), null)).isEqualTo(403);
        assertThat(diagnostics(api.as(Role.ADMIN), null)).isEqualTo(200);
        assertThat(diagnostics(bound(BUSINESS, Role.ADMIN), null)).isEqualTo(403);
    }

    @Test
    void takesTheKeyInPlaceOfAToken() {
        var withKey = new ReceiptsProperties(null, "", properties.maxMessage(), "s3cret", properties.gmail());
        var controller = new ReceiptSyncController(requests, diagnostics, withKey);

        assertThat(controller.diagnostics("s3cret", null).database().available())
                .isTrue();
        assertThatThrownBy(() -> controller.diagnostics("s3cre", null)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> controller.diagnostics(null, null)).isInstanceOf(Refused.class);
    }

    private static int diagnostics(RestTestClient client, @Nullable String key) {
        var request = client.get().uri("/api/receipts/queue/diagnostics");
        if (key != null) {
            request.header("X-Diagnostic-Key", key);
        }
        return request.exchange().returnResult().getStatus().value();
    }

    // ---- receipts

    @Test
    void listsReceiptsOfABusinessAndOfDays() {
        receipts();

        assertThat(admin.get("/api/receipts?business=b1&from=2026-11-01&to=2026-11-30")
                        .items())
                .extracting(row -> row.get("number"))
                .containsExactly("=2+3", "R-1");
        assertThat(admin.get("/api/receipts?from=2026-12-01").items()).isEmpty();
        assertThat(admin.get("/api/receipts?business=other").items()).isEmpty();
        assertThat(admin.get("/api/receipts?size=1").body()).containsEntry("more", true);
        assertThat(admin.get("/api/receipts?from=2026-12-01&to=2026-11-01").status())
                .isEqualTo(400);
    }

    @Test
    void showsACallerThatIsBoundHisBusinessAlone() {
        receipts();

        assertThat(get(bound(BUSINESS, Role.VIEWER), "/api/receipts")).contains("R-1");
        assertThat(get(bound("other", Role.VIEWER), "/api/receipts")).doesNotContain("R-1");
        assertThat(get(bound("other", Role.VIEWER), "/api/receipts/export")).doesNotContain("R-1");
        assertThat(get(bound("other", Role.VIEWER), "/api/receipts?business=b1"))
                .contains("has no access to business 'b1'");
    }

    @Test
    void exportsCsvInWhichNothingIsAFormula() {
        receipts();

        var csv = get(api.as(Role.VIEWER), "/api/receipts/export?business=b1");

        assertThat(csv.lines().toList()).hasSize(3);
        assertThat(csv)
                .startsWith(
                        "id,business,date,vendor,number,total,tax,currency,confidence,subject,sender,message_id,stored_at\r\n")
                .contains(",R-1,12.50,", ",\"'=2+3\",7.00,");
    }

    @Test
    void defusesWhatASpreadsheetWouldRun() {
        assertThat(List.of("=1", "+1", "-1", "@x", "\tx", "\uFF1D1", "a,\"b\"", "plain", ""))
                .map(CsvExport::text)
                .containsExactly(
                        "\"'=1\"",
                        "\"'+1\"",
                        "\"'-1\"",
                        "\"'@x\"",
                        "\"'\tx\"",
                        "\"'\uFF1D1\"",
                        "\"a,\"\"b\"\"\"",
                        "plain",
                        "");
    }

    private void receipts() {
        var folder = fixture.folder();
        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50"));
        fixture.sync();
        fixture.jdbc
                .sql(
                        "INSERT INTO receipts.receipt (business, message_id, content_hash, date, total, currency, number, confidence,"
                                + " origins, stored_at) VALUES ('b1', 'x', 'x', '2026-11-03', 7.00, 'EUR', '=2+3', 0.9, '{}', now())")
                .update();
    }

    // ---- connections

    @Test
    void connectsWithoutEverShowingTheSecret() {
        var answer = admin.post(
                "/api/receipts/connections",
                Map.of(
                        "business_id",
                        "b2",
                        "source",
                        "imap",
                        "host",
                        "imap.example.com",
                        "user",
                        "me",
                        "secret",
                        "hunter2"));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.part("settings"))
                .containsEntry("port", 993)
                .containsEntry("security", "TLS")
                .containsEntry("mailbox", "INBOX");
        assertThat(answer.body().toString()).doesNotContain("hunter2");
        assertThat(get(api.as(Role.OPERATOR), "/api/receipts/connections"))
                .contains("imap.example.com")
                .doesNotContain("hunter2");
        assertThat(fixture.texts("SELECT c::text FROM receipts.connection c"))
                .noneMatch(row -> row.contains("hunter2"));
        assertThat(fixture.texts("SELECT a::text FROM rowrunner.audit a WHERE action LIKE 'connection%'"))
                .isNotEmpty()
                .noneMatch(row -> row.contains("hunter2"));
        assertThat(fixture.connections.ofBusiness("b2").orElseThrow().secret()).isEqualTo("hunter2");
        assertThat(admin.delete("/api/receipts/connections/b2").status()).isEqualTo(204);
        assertThat(admin.delete("/api/receipts/connections/b2").status()).isEqualTo(404);
    }

    @Test
    void refusesAMailboxThatCantBe() {
        assertThat(field(Map.of("business_id", "b2"))).isEqualTo("source");
        assertThat(field(Map.of("business_id", "b2", "source", "pop"))).isEqualTo("source");
        assertThat(field(Map.of("business_id", "b2", "source", "gmail"))).isEqualTo("secret");
        assertThat(field(Map.of("business_id", "b2", "source", "imap", "secret", "x")))
                .isEqualTo("host");
        assertThat(field(Map.of(
                        "business_id", "b2", "source", "imap", "secret", "x", "host", "h", "user", "u", "port", 0)))
                .isEqualTo("port");
        assertThat(field(Map.of("business_id", "b2", "source", "folder", "path", "/etc")))
                .isEqualTo("path");
        assertThat(field(Map.of("business_id", "b2", "source", "folder", "path", "../x")))
                .isEqualTo("path");
        assertThat(field(Map.of("source", "folder", "path", "x"))).isEqualTo("business_id");
    }

    private Object field(Map<String, Object> request) {
        var answer = admin.post("/api/receipts/connections", request);
        assertThat(answer.status()).isEqualTo(400);
        return answer.text("field");
    }

    // ---- helpers

    private RestTestClient bound(String business, Role role) {
        return api.withToken(tokens.create(new Grant("bound-" + UUID.randomUUID(), role, null, business, null)));
    }

    private record Answer(int status, @Nullable Map<String, Object> body) {}

    private static Answer post(RestTestClient client, Map<String, Object> body) {
        var result = client.post()
                .uri("/api/receipts/sync")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        return new Answer(result.getStatus().value(), result.getResponseBody());
    }

    private static String get(RestTestClient client, String path) {
        return String.valueOf(client.get()
                .uri(path)
                .exchange()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    private void worker(String name, String queues, String beatAgo, String endedBy) {
        fixture.jdbc
                .sql("INSERT INTO rowrunner.worker (server, name, queues, kinds, slots, started_at, beat_at, ended_by)"
                        + " VALUES (gen_random_uuid(), '" + name + "', " + queues
                        + ", '{receipts.sync,receipts.extract}', 4, now(),"
                        + " clock_timestamp() - interval '" + beatAgo + "', " + endedBy + ")")
                .update();
    }

    private void forgetWorkers() {
        fixture.jdbc.sql("DELETE FROM rowrunner.worker").update();
    }
}
