package dev.rowrunner.receipts.sources;

import static dev.rowrunner.receipts.sources.Listing.ids;
import static dev.rowrunner.receipts.sources.Listing.pages;
import static dev.rowrunner.receipts.sources.Listing.position;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.Servers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** A mailbox of Dovecot, as most mailboxes are; skipped where it is not installed ({@code apt install dovecot-imapd}). */
@Tag("servers")
class DovecotTest {

    private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");

    private static final String CONFIGURATION = """
            protocols = imap
            listen = 127.0.0.1
            base_dir = %1$s/run
            state_dir = %1$s/state
            log_path = %1$s/log
            ssl = no
            disable_plaintext_auth = no
            mail_location = maildir:%1$s/mail
            first_valid_uid = 1
            auth_failure_delay = 0
            %2$s
            passdb {
              driver = static
              args = password=password
            }
            userdb {
              driver = static
              args = uid=%3$s gid=%4$s home=%1$s/mail
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = %5$d
              }
              inet_listener imaps {
                port = 0
              }
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """;

    private Path folder;
    private Process server;
    private ImapSource source;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "Dovecot is not installed: apt install dovecot-imapd");
        // The paths of its sockets must be short.
        folder = Files.createTempDirectory(Path.of("/tmp"), "dovecot-");
        for (var part : List.of("mail/new", "mail/cur", "mail/tmp")) {
            Files.createDirectories(folder.resolve(part));
        }
        int port = Servers.freePort();
        Files.writeString(
                folder.resolve("conf"), CONFIGURATION.formatted(folder, users(), owner("-u"), owner("-g"), port));
        openToItsUsers();
        server = new ProcessBuilder(
                        PROGRAM.toString(), "-F", "-c", folder.resolve("conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        await("Dovecot").atMost(Duration.ofSeconds(20)).until(() -> listens(port));
        source = new ImapSource(
                new ImapSettings("127.0.0.1", port, ImapSettings.Security.NONE, "me", "INBOX"), "password");
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            source.close();
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    @Test
    void listsMailsByPagesAndThenWhatIsNew() throws Exception {
        for (int n = 0; n < 620; n++) {
            deliver("mail " + n);
        }

        var all = pages(source, true, null);
        deliver("another");
        var since = pages(source, false, position(all));

        assertThat(ids(all)).hasSize(620).doesNotHaveDuplicates();
        assertThat(ids(since)).hasSize(1);
        assertThat(ids(pages(source, false, position(since)))).isEmpty();
    }

    @Test
    void fetchesAMailAsItCameAndLeavesItUnread() throws Exception {
        deliver("hello");

        var mail = fetch(pages(source, true, null).get(0).messages().get(0));

        assertThat(mail).contains("Subject: hello").endsWith("How are you?\r\n");
        try (Stream<Path> files = Files.walk(folder.resolve("mail"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.contains(":2,")))
                    .noneMatch(name -> name.substring(name.indexOf(":2,")).contains("S"));
        }
    }

    @Test
    void listsAnewWhereTheServerNumbersItsMailsAnew() throws Exception {
        deliver("one");
        var before = pages(source, true, null);
        source.close();
        for (var name : List.of("dovecot-uidlist", "dovecot.index.log", "dovecot.index.cache", "dovecot.index")) {
            Files.deleteIfExists(folder.resolve("mail").resolve(name));
        }
        source = new ImapSource(
                new ImapSettings("127.0.0.1", port(), ImapSettings.Security.NONE, "me", "INBOX"), "password");

        var after = pages(source, false, position(before));

        assertThat(ids(after)).hasSize(1).doesNotContainAnyElementsOf(ids(before));
        assertThatThrownBy(() -> fetch(before.get(0).messages().get(0))).isInstanceOf(SourceFailure.Gone.class);
    }

    @Test
    void asksToBeReconnectedWhereThePasswordIsRefused() {
        var stranger = new ImapSource(
                new ImapSettings("127.0.0.1", port(), ImapSettings.Security.NONE, "me", "INBOX"), "wrong");

        assertThatThrownBy(() -> stranger.page(true, null, null)).isInstanceOf(SourceFailure.ReconnectNeeded.class);
    }

    private void deliver(String subject) throws Exception {
        var name = System.nanoTime() + ".M1.host";
        var file = folder.resolve("mail/tmp").resolve(name);
        Files.writeString(
                file,
                "From: ann@friends.example\nSubject: " + subject + "\nMessage-ID: <" + name + ">\n\nHow are you?\n");
        if (isRoot()) {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
        Files.move(file, folder.resolve("mail/new").resolve(name));
    }

    private int port() {
        try {
            return Files.readAllLines(folder.resolve("conf")).stream()
                    .filter(line -> line.strip().startsWith("port = "))
                    .mapToInt(line -> Integer.parseInt(line.strip().substring("port = ".length())))
                    .filter(number -> number > 0)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It reads no mails as root. */
    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static String users() {
        var name = System.getProperty("user.name");
        return isRoot() ? "" : "default_internal_user = " + name + "\ndefault_login_user = " + name;
    }

    private static String owner(String flag) throws Exception {
        return isRoot() ? flag.equals("-u") ? "nobody" : "nogroup" : output("id", flag + "n");
    }

    private void openToItsUsers() throws Exception {
        if (isRoot()) {
            output("chown", "-R", "nobody", folder.resolve("mail").toString());
            output("chmod", "755", folder.toString());
        }
    }

    private static String output(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    private static boolean listens(int port) {
        try (var socket = new Socket("127.0.0.1", port)) {
            return socket.getInputStream().read() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private String fetch(Source.Listed listed) throws IOException {
        var to = new ByteArrayOutputStream();
        source.fetch(listed, to);
        return to.toString(UTF_8);
    }
}
