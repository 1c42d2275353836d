package dev.rowrunner.receipts;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static dev.rowrunner.receipts.ReceiptsFixture.BUSINESS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.rowrunner.receipts.extraction.Extractor;
import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.Snooze;
import dev.rowrunner.testing.RowrunnerTest;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;

/** What becomes of jobs and of the connection when Gmail says no, and when it says yes again. */
@RowrunnerTest
class GmailSyncTest {

    private static final String MAILBOX = "/gmail/v1/users/me/";
    private static final SyncReceipts.Args FULL = new SyncReceipts.Args(BUSINESS, SyncMode.FULL);

    @Autowired
    ReceiptsFixture fixture;

    @Autowired
    Cursors cursors;

    @Autowired
    Messages messages;

    @Autowired
    Receipts receipts;

    @Autowired
    Extractor extractor;

    @Autowired
    ReceiptsProperties properties;

    @Autowired
    PlatformTransactionManager transactions;

    private final WireMockServer server = new WireMockServer(options().dynamicPort());
    private OpenSources sources;
    private SyncReceipts sync;
    private ExtractReceipt extract;

    @BeforeEach
    void connect() {
        fixture.clear();
        server.start();
        openSources();
        letIn();
        fixture.connections.connect(BUSINESS, SourceType.GMAIL, SourceSettings.gmail("me", null), "refresh-token");
    }

    @AfterEach
    void forget() {
        sources.close();
        server.stop();
        fixture.clear();
    }

    @Test
    void readsAReceiptOfGmail() throws Exception {
        offer("m1", "R-1");

        sync.run(FULL, job());
        extractAll();

        assertThat(fixture.rows("SELECT vendor, number FROM public.receipts"))
                .containsExactly(Map.of("vendor", "Coffee Shop", "number", "R-1"));
        assertThat(fixture.texts("SELECT position FROM receipts.cursor")).containsExactly("70");
    }

    @Test
    void waitsAsLongAsGmailSaysAndThenLongerEachTime() {
        answer(".*", aResponse().withStatus(429).withHeader("Retry-After", "90").withBody("{}"));
        var first = catchThrowableOfType(Snooze.class, () -> sync.run(FULL, job()));
        assertThat(first.until()).isEqualTo(fixture.clock.instant().plusSeconds(90));

        // Nobody asks meanwhile.
        server.resetRequests();
        assertThatThrownBy(() -> sync.run(FULL, job()))
                .isInstanceOf(Snooze.class)
                .hasMessageContaining("left alone");
        assertThat(server.getAllServeEvents()).isEmpty();

        answer(
                ".*",
                aResponse().withStatus(403).withBody("{\"error\": {\"errors\": [{\"reason\": \"quotaExceeded\"}]}}"));
        fixture.clock.advance(Duration.ofSeconds(91));
        var second = catchThrowableOfType(Snooze.class, () -> sync.run(FULL, job()));
        assertThat(second.until()).isEqualTo(fixture.clock.instant().plusSeconds(2));
        fixture.clock.advance(Duration.ofSeconds(3));
        var third = catchThrowableOfType(Snooze.class, () -> sync.run(FULL, job()));
        assertThat(third.until()).isEqualTo(fixture.clock.instant().plusSeconds(4));
    }

    @Test
    void stopsWhereTheGrantHasEndedUntilItIsConnectedAnew() throws Exception {
        offer("m1", "R-1");
        sync.run(FULL, job());
        sources.close();
        openSources();
        server.stubFor(post(urlPathEqualTo("/oauth2/token"))
                .willReturn(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}")));

        assertThatThrownBy(this::extractAll)
                .isInstanceOf(Discard.class)
                .hasMessageContaining("needs to be reconnected: Google has answered invalid_grant")
                .hasMessageNotContaining("refresh-token");
        server.resetRequests();
        assertThatThrownBy(() -> sync.run(FULL, job())).isInstanceOf(Discard.class);

        assertThat(server.getAllServeEvents()).as("nobody asks Google any more").isEmpty();
        assertThat(fixture.texts("SELECT status || ': ' || reason FROM receipt_connections"))
                .containsExactly("reconnect needed: Google has answered invalid_grant");

        fixture.dueJobs.clear();
        letIn();
        fixture.connections.connect(BUSINESS, SourceType.GMAIL, SourceSettings.gmail("me", null), "another-token");
        assertThat(fixture.dueJobs.waiting(ExtractReceipt.KIND)).hasSize(1);
        extractAll();
        assertThat(fixture.count("receipts.receipt")).isEqualTo(1);
        assertThat(fixture.texts("SELECT position FROM receipts.cursor")).containsExactly("70");
    }

    /** As a process that has just started, whose access token is not known yet. */
    private void openSources() {
        var pointed = pointed();
        sources = new OpenSources(fixture.connections, pointed, fixture.clock);
        sync = new SyncReceipts(fixture.connections, sources, cursors, messages, fixture.jobs, transactions);
        extract =
                new ExtractReceipt(fixture.connections, sources, messages, receipts, extractor, pointed, transactions);
    }

    private ReceiptsProperties pointed() {
        var url = URI.create(server.baseUrl() + "/");
        return new ReceiptsProperties(
                null,
                "",
                properties.maxMessage(),
                "",
                new ReceiptsProperties.Gmail("client", "client-secret", url, url.resolve("oauth2/token"), "q"));
    }

    private void letIn() {
        server.stubFor(post(urlPathEqualTo("/oauth2/token"))
                .willReturn(okJson("{\"access_token\": \"a\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}")));
    }

    private void offer(String id, String number) {
        server.stubFor(get(urlPathEqualTo(MAILBOX + "profile")).willReturn(okJson("{\"historyId\": \"70\"}")));
        server.stubFor(get(urlPathEqualTo(MAILBOX + "messages"))
                .willReturn(okJson("{\"messages\": [{\"id\": \"" + id + "\"}]}")));
        var raw = Base64.getUrlEncoder()
                .encodeToString(
                        ReceiptsFixture.receipt(id + "@coffee", number, "12.50").getBytes(UTF_8));
        server.stubFor(
                get(urlPathEqualTo(MAILBOX + "messages/" + id)).willReturn(okJson("{\"raw\": \"" + raw + "\"}")));
    }

    private void answer(String path, ResponseDefinitionBuilder answer) {
        server.stubFor(any(urlPathMatching(MAILBOX + path)).willReturn(answer));
    }

    private void extractAll() throws Exception {
        for (var args : fixture.dueJobs.waiting(ExtractReceipt.KIND)) {
            extract.run(args, job());
        }
    }

    private static QuietJob job() {
        return new QuietJob(UUID.randomUUID());
    }
}
