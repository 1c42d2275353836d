package dev.rowrunner.receipts.sources;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.google.api.client.http.HttpResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Google's own client makes of a Gmail that says no. */
class GmailFaultsTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String MAILBOX = "/gmail/v1/users/me/";

    /** Beyond 64 bits. */
    private static final String HISTORY_ID = "99999999999999999999999";

    private final WireMockServer server = new WireMockServer(options().dynamicPort());
    private GmailSource source = source();

    @BeforeEach
    void start() {
        server.start();
        source = source();
        server.stubFor(post(urlPathEqualTo("/oauth2/token"))
                .willReturn(okJson("{\"access_token\": \"a\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}")));
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private GmailSource source() {
        var url = URI.create("http://localhost:" + (server.isRunning() ? server.port() : 1) + "/");
        return new GmailSource(
                new GmailSettings(url, url.resolve("oauth2/token"), "client", "secret"),
                "refresh-secret",
                "newer_than:1y",
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void listsEverythingWhereTheHistoryIsTooOld() throws IOException {
        answer("history", 404, "{\"error\": {\"code\": 404, \"status\": \"NOT_FOUND\"}}");
        answer("profile", 200, "{\"historyId\": \"" + HISTORY_ID + "\"}");
        answer("messages", 200, "{\"messages\": [{\"id\": \"m1\"}, {\"id\": \"m2\"}], \"resultSizeEstimate\": 2}");

        var page = source.page(false, "12", null);

        assertThat(page.messages()).extracting(Source.Listed::id).containsExactly("m1", "m2");
        assertThat(page.position()).isEqualTo(HISTORY_ID);
        server.verify(
                getRequestedFor(urlPathEqualTo(MAILBOX + "messages")).withQueryParam("q", equalTo("newer_than:1y")));
    }

    @Test
    void listsByHistoryPageByPageAndLeavesOutWhatIsNoMail() throws IOException {
        server.stubFor(get(urlPathEqualTo(MAILBOX + "history")).willReturn(okJson("""
                {"historyId": "70", "nextPageToken": "t2", "history": [
                 {"id": "60", "messagesAdded": [{"message": {"id": "m1", "labelIds": ["INBOX"]}}]},
                 {"id": "61", "messagesAdded": [{"message": {"id": "d1", "labelIds": ["DRAFT"]}}]}, {"id": "62"}]}
                """)));
        server.stubFor(get(urlPathEqualTo(MAILBOX + "history"))
                .withQueryParam("pageToken", equalTo("t2"))
                .willReturn(okJson("{\"historyId\": \"90\"}")));

        var first = source.page(false, HISTORY_ID, null);
        var second = source.page(false, HISTORY_ID, first.scan());

        assertThat(first.messages()).extracting(Source.Listed::id).containsExactly("m1");
        assertThat(first.position()).isNull();
        assertThat(second.scan()).isNull();
        // What came while the second page was listed is told by the next listing.
        assertThat(second.position()).isEqualTo("70");
        server.verify(getRequestedFor(urlPathEqualTo(MAILBOX + "history"))
                .withQueryParam("startHistoryId", equalTo(HISTORY_ID)));
    }

    @Test
    void beginsAnewWhereATokenOfAPageHasEnded() throws IOException {
        answer("messages", 200, "{\"messages\": [{\"id\": \"m1\"}]}");
        server.stubFor(get(urlPathEqualTo(MAILBOX + "messages"))
                .withQueryParam("pageToken", equalTo("old"))
                .willReturn(aResponse().withStatus(400).withBody("{\"error\": {\"code\": 400}}")));

        var page = source.page(true, null, "all 12 12 100 old");

        assertThat(page.messages()).extracting(Source.Listed::id).containsExactly("m1");
        assertThat(page.position()).isEqualTo("12");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            429 | 30                            | rateLimitExceeded     | 30
            403 | 7                             | userRateLimitExceeded | 7
            403 |                               | quotaExceeded         |
            429 | Sun, 22 Nov 2026 12:01:00 GMT | x                     | 60
            503 | 5                             | backendError          | 5
            """)
    void leavesAloneWhoSaysSo(int status, String retryAfter, String reason, Long seconds) {
        var answer = aResponse()
                .withStatus(status)
                .withBody("{\"error\": {\"code\": " + status + ", \"errors\": [{\"reason\": \"" + reason + "\"}]}}");
        server.stubFor(any(urlPathMatching(MAILBOX + ".*"))
                .willReturn(retryAfter == null ? answer : answer.withHeader("Retry-After", retryAfter)));

        var busy = catchThrowableOfType(SourceFailure.Busy.class, () -> source.page(true, null, null));

        assertThat(busy.retryAfter()).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
    }

    @Test
    void readsHowLongToWaitInTheMessageWhereNoHeaderSaysIt() {
        answer(
                "profile",
                429,
                "{\"error\": {\"code\": 429, \"message\": \"User-rate limit exceeded.  Retry after 2026-11-22T12:15:00.500Z\"}}");

        var busy = catchThrowableOfType(SourceFailure.Busy.class, () -> source.page(true, null, null));

        assertThat(busy.retryAfter()).isEqualTo(Duration.ofMillis(900_500));
    }

    @Test
    void asksToBeReconnectedWhereTheGrantHasEnded() {
        server.stubFor(
                post(urlPathEqualTo("/oauth2/token"))
                        .willReturn(
                                aResponse()
                                        .withStatus(400)
                                        .withBody(
                                                "{\"error\": \"invalid_grant\", \"error_description\": \"Token has been expired or revoked.\"}")));

        assertThatThrownBy(() -> source.page(true, null, null))
                .isInstanceOf(SourceFailure.ReconnectNeeded.class)
                .hasMessage("Google has answered invalid_grant")
                .hasMessageNotContaining("refresh-secret");
    }

    @Test
    void asksToBeReconnectedWhereEvenAFreshTokenIsRefused() {
        answer("profile", 401, "{\"error\": {\"code\": 401, \"status\": \"UNAUTHENTICATED\"}}");

        assertThatThrownBy(() -> source.page(true, null, null)).isInstanceOf(SourceFailure.ReconnectNeeded.class);
    }

    @Test
    void letsTheRunnerRetryWhatMayPass() {
        answer("profile", 500, "{\"error\": {\"code\": 500}}");

        assertThatThrownBy(() -> source.page(true, null, null)).isInstanceOf(HttpResponseException.class);
    }

    @Test
    void saysThatAMailIsGone() {
        answer("messages/m1", 404, "{\"error\": {\"code\": 404}}");

        assertThatThrownBy(() -> source.fetch(new Source.Listed("m1", "m1", ""), OutputStream.nullOutputStream()))
                .isInstanceOf(SourceFailure.Gone.class);
    }

    @Test
    void fetchesALargeMailInPieces() throws IOException {
        var mail = new byte[40_000_000];
        Arrays.fill(mail, (byte) 'x');
        answer(
                "messages/m1",
                200,
                "{\"id\": \"m1\", \"labelIds\": [\"raw\"], \"raw\": \""
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(mail) + "\"}");
        var length = new AtomicLong();
        var largest = new AtomicLong();

        source.fetch(new Source.Listed("m1", "m1", ""), new OutputStream() {
            @Override
            public void write(int single) {
                length.incrementAndGet();
            }

            @Override
            public void write(byte[] bytes, int offset, int count) {
                length.addAndGet(count);
                largest.accumulateAndGet(count, Math::max);
            }
        });

        assertThat(length).hasValue(mail.length);
        assertThat(largest).hasValueLessThan(1_000_000);
    }

    @Test
    void passesOnWhatStopsTheFetching() {
        answer(
                "messages/m1",
                200,
                "{\"raw\": \"" + Base64.getUrlEncoder().encodeToString("hello".getBytes(UTF_8)) + "\"}");

        assertThatThrownBy(() -> source.fetch(new Source.Listed("m1", "m1", ""), new ByteArrayOutputStream() {
                    @Override
                    public synchronized void write(byte[] bytes, int offset, int count) {
                        throw new UncheckedIOException(new IOException("enough"));
                    }
                }))
                .hasRootCauseMessage("enough");
    }

    private void answer(String path, int status, String body) {
        server.stubFor(get(urlPathEqualTo(MAILBOX + path))
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Content-Type", "application/json")
                        .withBody(body)));
    }
}
