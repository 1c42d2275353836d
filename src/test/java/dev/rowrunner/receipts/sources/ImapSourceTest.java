package dev.rowrunner.receipts.sources;

import static dev.rowrunner.receipts.sources.Listing.ids;
import static dev.rowrunner.receipts.sources.Listing.pages;
import static dev.rowrunner.receipts.sources.Listing.position;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.imap.ImapHostManager;
import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.store.StoredMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Flags;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Date;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mailboxes of GreenMail; another server plays in {@code DovecotTest}. */
@Tag("slow")
class ImapSourceTest {

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", "imap"));
    private GreenMailUser user;
    private ImapSource source;

    @BeforeEach
    void start() {
        server.start();
        user = server.setUser("me@business.example", "me", "password");
        source = source("password", "INBOX");
    }

    @AfterEach
    void stop() {
        source.close();
        server.stop();
    }

    private ImapSource source(String password, String folder) {
        return new ImapSource(
                new ImapSettings("127.0.0.1", server.getImap().getPort(), ImapSettings.Security.NONE, "me", folder),
                password);
    }

    @Test
    void listsMailsByPagesAndThenWhatIsNew() throws Exception {
        for (int n = 0; n < 620; n++) {
            deliver("mail " + n);
        }

        var all = pages(source, true, null);
        deliver("another");
        var since = pages(source, false, position(all));

        assertThat(all).hasSize(2);
        assertThat(ids(all)).hasSize(620).doesNotHaveDuplicates();
        assertThat(since.stream().flatMap(page -> page.messages().stream()).toList())
                .hasSize(1);
        assertThat(ids(pages(source, false, position(since)))).isEmpty();
    }

    @Test
    void listsAnEmptyMailbox() throws IOException {
        var pages = pages(source, false, null);

        assertThat(ids(pages)).isEmpty();
        assertThat(position(pages)).isNotNull();
    }

    @Test
    void skipsWhatWasDeleted() throws Exception {
        for (int n = 0; n < 20; n++) {
            deliver("mail " + n);
        }
        inbox().getMessages().subList(0, 19).forEach(ImapSourceTest::delete);
        inbox().expunge();

        assertThat(ids(pages(source, true, null))).hasSize(1);
    }

    @Test
    @Timeout(20)
    void findsTheMailsBehindAGapOfABillionNumbers() throws Exception {
        deliver("first");
        var before = pages(source, true, null);
        skipNumbers(1_000_000_000);
        for (int n = 0; n < 620; n++) {
            deliver("mail " + n);
        }

        var since = pages(source, false, position(before));

        assertThat(since).extracting(page -> page.messages().size()).containsExactly(500, 120);
        assertThat(ids(since)).hasSize(620).doesNotHaveDuplicates();
    }

    @Test
    void listsAnewWhereTheServerNumbersItsMailsAnew() throws Exception {
        deliver("one");
        deliver("two");
        var before = pages(source, true, null);
        recreateInbox();
        deliver("one");

        var after = pages(source, false, position(before));

        assertThat(ids(after)).hasSize(1).doesNotContainAnyElementsOf(ids(before));
        assertThatThrownBy(() -> fetch(before.get(0).messages().get(0)))
                .isInstanceOf(SourceFailure.Gone.class)
                .hasMessageContaining("numbered its mails anew");
        assertThat(fetch(after.get(0).messages().get(0))).contains("Subject: one");
    }

    @Test
    void fetchesAMailAsItCameAndLeavesItUnread() throws Exception {
        deliver("hello");
        var listed = pages(source, true, null).get(0).messages().get(0);

        var mail = fetch(listed);

        assertThat(mail).contains("Subject: hello").endsWith("How are you?\r\n");
        assertThat(inbox().getMessages().get(0).getFlags().contains(Flags.Flag.SEEN))
                .isFalse();
    }

    @Test
    void fetchesALargeMailInPieces() throws Exception {
        deliver("large", "x".repeat(76).concat("\r\n").repeat(100_000));
        var length = new AtomicLong();
        var largest = new AtomicLong();

        source.fetch(pages(source, true, null).get(0).messages().get(0), new OutputStream() {
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

        assertThat(length.get()).isGreaterThan(7_500_000);
        assertThat(largest).hasValueLessThan(1_000_000);
    }

    @Test
    void saysThatAMailIsGone() throws Exception {
        deliver("hello");
        var listed = pages(source, true, null).get(0).messages().get(0);
        delete(inbox().getMessages().get(0));
        inbox().expunge();

        // A connection that is open already hears of it late: the first attempt may fail, the next one knows.
        assertThatThrownBy(() -> fetch(listed)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> fetch(listed)).isInstanceOf(SourceFailure.Gone.class);
    }

    @Test
    void asksToBeReconnectedWhereThePasswordIsRefused() {
        assertThatThrownBy(() -> source("wrong-password", "INBOX").page(true, null, null))
                .isInstanceOf(SourceFailure.ReconnectNeeded.class)
                .hasMessageContaining("refuses user 'me'")
                .hasMessageNotContaining("wrong-password");
    }

    @Test
    void asksToBeReconnectedWhereThereIsNoSuchFolder() {
        assertThatThrownBy(() -> source("password", "Receipts").page(true, null, null))
                .isInstanceOf(SourceFailure.ReconnectNeeded.class)
                .hasMessageContaining("has no folder 'Receipts'");
    }

    @Test
    void tellsNoPasswordToAServerWhoseCertificateNobodyHasSigned() {
        var secured = new GreenMail(new ServerSetup(0, "127.0.0.1", "imaps"));
        secured.start();
        try {
            var settings = new ImapSettings(
                    "127.0.0.1", secured.getImaps().getPort(), ImapSettings.Security.TLS, "me", "INBOX");

            assertThatThrownBy(() -> new ImapSource(settings, "password").page(true, null, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("certification path");
        } finally {
            secured.stop();
        }
    }

    @Test
    void tellsNoPasswordToAServerThatDoesNotOfferToEncrypt() {
        var settings = new ImapSettings(
                "127.0.0.1", server.getImap().getPort(), ImapSettings.Security.STARTTLS, "me", "INBOX");

        assertThatThrownBy(() -> new ImapSource(settings, "password").page(true, null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("STARTTLS");
    }

    @Test
    void letsTheRunnerRetryAServerThatIsAway() throws Exception {
        deliver("hello");
        pages(source, true, null);
        server.stop();

        assertThatThrownBy(() -> source.page(true, null, null))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SourceFailure.class);
    }

    private void deliver(String subject) throws Exception {
        deliver(subject, "How are you?\r\n");
    }

    private void deliver(String subject, String text) throws Exception {
        var raw = "From: ann@friends.example\r\nTo: me@business.example\r\nSubject: " + subject
                + "\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + subject.replace(' ', '.')
                + "@friends>\r\nContent-Type: text/plain\r\n\r\n" + text;
        inbox().appendMessage(
                        new MimeMessage(
                                Session.getInstance(new Properties()),
                                new ByteArrayInputStream(raw.getBytes(US_ASCII))),
                        new Flags(),
                        new Date());
    }

    private MailFolder inbox() throws FolderException {
        return hosts().getInbox(user);
    }

    private ImapHostManager hosts() {
        return server.getManagers().getImapHostManager();
    }

    private void skipNumbers(long howMany) throws Exception {
        var folder = inbox();
        var field = folder.getClass().getDeclaredField("nextUid");
        field.setAccessible(true);
        ((AtomicLong) field.get(folder)).addAndGet(howMany);
    }

    private void recreateInbox() throws Exception {
        var folder = inbox();
        var field = folder.getClass().getDeclaredField("uidValidity");
        field.setAccessible(true);
        field.setLong(folder, folder.getUidValidity() + 1);
        folder.getMessages().forEach(ImapSourceTest::delete);
        folder.expunge();
    }

    private static void delete(StoredMessage mail) {
        mail.setFlag(Flags.Flag.DELETED, true);
    }

    private String fetch(Source.Listed listed) throws IOException {
        var to = new ByteArrayOutputStream();
        source.fetch(listed, to);
        return to.toString(US_ASCII);
    }
}
