package dev.rowrunner.receipts;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.SettableClock;
import dev.rowrunner.testing.TestFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What tests of receipt sync ask for again and again. Lazy: programs that run on the tests' class path find it too, and
 * have nothing to run due jobs with.
 */
@Component
@Lazy
class ReceiptsFixture {

    static final String BUSINESS = "b1";

    final JdbcClient jdbc;
    final Connections connections;
    final Jobs jobs;
    final RunDueJobs dueJobs;
    final SettableClock clock;

    ReceiptsFixture(JdbcClient jdbc, Connections connections, Jobs jobs, RunDueJobs dueJobs, SettableClock clock) {
        this.jdbc = jdbc;
        this.connections = connections;
        this.jobs = jobs;
        this.dueJobs = dueJobs;
        this.clock = clock;
    }

    /** Forgets all of this family, and all jobs. */
    void clear() {
        jdbc.sql("TRUNCATE receipts.connection, receipts.cursor, receipts.message, receipts.receipt")
                .update();
        dueJobs.clear();
    }

    /** An empty folder that the business is connected to. */
    Path folder() {
        var folder = TestFolders.make("inbox").toAbsolutePath();
        connections.connect(BUSINESS, SourceType.FOLDER, SourceSettings.folder(folder.toString()), null);
        return folder;
    }

    UUID sync(SyncMode mode) {
        var job = jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(BUSINESS, mode));
        dueJobs.run();
        return job;
    }

    UUID sync() {
        return sync(SyncMode.INCREMENTAL);
    }

    List<Map<String, Object>> rows(String sql) {
        return jdbc.sql(sql).query().listOfRows();
    }

    List<String> texts(String sql) {
        return jdbc.sql(sql).query(String.class).list();
    }

    long count(String from) {
        return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
    }

    String state(UUID job) {
        return jdbc.sql("SELECT state FROM jobs WHERE id = :job")
                .param("job", job)
                .query(String.class)
                .single();
    }

    /** A file that nobody writes to any more. */
    Path write(Path folder, String name, String content) {
        try {
            var file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofMinutes(1))));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A mail that says what it is in schema.org's words. */
    static String receipt(String messageId, String number, String total) {
        return """
                From: Coffee Shop <receipts@coffee.example>
                To: me@business.example
                Subject: Your receipt %2$s
                Date: Mon, 02 Nov 2026 10:00:00 +0000
                Message-ID: <%1$s>
                MIME-Version: 1.0
                Content-Type: text/html; charset=utf-8

                <html><body><script type="application/ld+json">
                {"@context": "https://schema.org", "@type": "Invoice", "confirmationNumber": "%2$s",
                 "provider": {"@type": "Organization", "name": "Coffee Shop"}, "paymentDueDate": "2026-11-02",
                 "totalPaymentDue": {"@type": "PriceSpecification", "price": "%3$s", "priceCurrency": "EUR"}}
                </script><p>Receipt %2$s. Total: EUR %3$s</p></body></html>
                """.formatted(messageId, number, total).replace("\n", "\r\n");
    }

    static String letter(String messageId) {
        return """
                From: Ann <ann@friends.example>
                To: me@business.example
                Subject: Hello
                Date: Mon, 02 Nov 2026 10:00:00 +0000
                Message-ID: <%s>
                Content-Type: text/plain

                How are you?
                """.formatted(messageId).replace("\n", "\r\n");
    }
}
