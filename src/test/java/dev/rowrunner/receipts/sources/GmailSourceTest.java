package dev.rowrunner.receipts.sources;

import static dev.rowrunner.receipts.sources.Listing.ids;
import static dev.rowrunner.receipts.sources.Listing.pages;
import static dev.rowrunner.receipts.sources.Listing.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Google's own client against an emulator of Gmail and of Google's sign-in. */
@Tag("servers")
class GmailSourceTest {

    private EmulatedGmail gmail;
    private GmailSource source;

    @BeforeEach
    void start() {
        gmail = EmulatedGmail.start();
        source = source(gmail.refreshToken(), "subject:receipt");
    }

    /** It is not there where the test was skipped. */
    @AfterEach
    void stop() {
        if (gmail != null) {
            gmail.close();
        }
    }

    private GmailSource source(String refreshToken, String query) {
        return new GmailSource(gmail.settings(), refreshToken, query, Clock.systemUTC());
    }

    @Test
    void listsAllMailsThatTheQueryMeansByPages() throws IOException {
        var expected = IntStream.range(0, 230)
                .mapToObj(n -> gmail.deliver(mail("receipt " + n)))
                .toList();
        gmail.deliver(mail("hello"));

        var pages = pages(source, true, null);

        assertThat(pages).hasSize(3);
        assertThat(ids(pages)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(pages.get(2).position()).matches("\\d+");
    }

    @Test
    void listsByHistoryWhatHasComeSince() throws IOException {
        gmail.deliver(mail("receipt 1"));
        var position = position(pages(source, true, null));
        var second = gmail.deliver(mail("receipt 2"));
        gmail.deliver(mail("receipt of a draft"), "DRAFT");
        var third = gmail.deliver(mail("hello"));

        var since = pages(source, false, position);

        assertThat(ids(since)).containsExactly(second, third);
        assertThat(ids(pages(source, false, position(since)))).isEmpty();
    }

    @Test
    void listsLaterWhatComesWhileEverythingIsListed() throws IOException {
        IntStream.range(0, 120).forEach(n -> gmail.deliver(mail("receipt " + n)));
        var first = source.page(true, null, null);
        var meanwhile = gmail.deliver(mail("receipt of now"));
        var rest = source.page(true, null, first.scan());

        assertThat(ids(pages(source, false, rest.position()))).contains(meanwhile);
    }

    @Test
    void fetchesAMailAsItCame() throws IOException {
        var id = gmail.deliver(mail("receipt \u20ac 12"));
        var to = new ByteArrayOutputStream();

        source.fetch(new Source.Listed(id, id, ""), to);

        assertThat(to.toString(StandardCharsets.UTF_8)).isEqualTo(mail("receipt \u20ac 12"));
    }

    @Test
    void saysThatAMailIsGone() {
        assertThatThrownBy(() -> source.fetch(new Source.Listed("nope", "nope", ""), new ByteArrayOutputStream()))
                .isInstanceOf(SourceFailure.Gone.class);
    }

    @Test
    void asksToBeReconnectedWhoseTokenIsNotKnown() {
        assertThatThrownBy(() -> source("revoked", "x").page(true, null, null))
                .isInstanceOf(SourceFailure.ReconnectNeeded.class)
                .hasMessage("Google has answered invalid_grant");
    }

    private static String mail(String subject) {
        return """
                From: Shop <shop@shop.example>\r
                To: owner@business.example\r
                Subject: %s\r
                Date: Mon, 02 Nov 2026 10:00:00 +0000\r
                Content-Type: text/plain; charset=utf-8\r
                \r
                Thank you\r
                """.formatted(subject);
    }
}
