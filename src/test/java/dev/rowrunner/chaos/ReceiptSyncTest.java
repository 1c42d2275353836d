package dev.rowrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.Servers;
import dev.rowrunner.testing.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A worker that is killed in the middle of a sync of receipts, and what its successor makes of it. */
@Tag("servers")
@Timeout(300)
class ReceiptSyncTest {

    private static final int MAILS = 3_000;
    private static final Path LOGS = Path.of("target", "chaos");

    /** All but numbers, times and jobs; which of two mails with one receipt comes first is chance. */
    private static final String TABLES = """
            SELECT concat_ws('|', m.source_id, replace(m.state, 'duplicate', 'receipt'), m.message_id, r.vendor, r.total, r.currency, r.number,
                             r.content_hash)
            FROM receipts.message m LEFT JOIN receipts.receipt r ON r.id = m.receipt ORDER BY 1
            """;

    private final List<WorkerProcess> workers = new ArrayList<>();

    @AfterEach
    void killAll() {
        workers.forEach(WorkerProcess::close);
    }

    @Test
    void killedInMidSyncItEndsWithTheTablesOfACleanRun() throws IOException {
        var mails = mails();
        var clean = cleanRun(mails);

        var jdbc = database();
        var first = worker(jdbc);
        sync(jdbc, mails);
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> count(jdbc, "receipts.message") >= 500);
        first.kill();
        var listed = count(jdbc, "receipts.message");
        worker(jdbc);
        awaitEnd(jdbc);

        System.out.println("killed when " + listed + " of " + MAILS + " mails were listed");
        assertThat(tables(jdbc)).isEqualTo(clean).hasSize(MAILS);
        assertThat(count(jdbc, "(SELECT FROM jobs WHERE kind = 'receipts.extract' GROUP BY args -> 'message') AS mail"))
                .isEqualTo(count(jdbc, "jobs WHERE kind = 'receipts.extract'"));
        assertThat(count(jdbc, "receipts.receipt")).isEqualTo(MAILS / 4);
    }

    private List<String> cleanRun(Path mails) {
        var jdbc = database();
        var worker = worker(jdbc);
        long began = System.nanoTime();
        sync(jdbc, mails);
        awaitEnd(jdbc);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        System.out.println("receipts of %d mails in %d ms: %d mails/s".formatted(MAILS, millis, MAILS * 1000L / millis));
        worker.terminate();
        worker.awaitEnd(Duration.ofSeconds(60));
        return tables(jdbc);
    }

    private String url = "";

    private JdbcClient database() {
        url = Servers.newDatabase("receipts_" + UUID.randomUUID().toString().replace('-', '_'));
        return JdbcClient.create(new DriverManagerDataSource(url));
    }

    /** Returns when it works. */
    private WorkerProcess worker(JdbcClient jdbc) {
        var worker = WorkerProcess.start("receipts-" + workers.size(), LOGS, url);
        workers.add(worker);
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> count(jdbc, "rowrunner.worker WHERE ended_at IS NULL AND name = '" + worker.name() + "'") == 1);
        return worker;
    }

    private static void sync(JdbcClient jdbc, Path mails) {
        var id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO receipts.connection (id, business, source, settings, created_at, changed_at)
                        VALUES (:id, 'b1', 'folder', jsonb_build_object('path', :path), now(), now())
                        """)
                .param("id", id)
                .param("path", mails.toString())
                .update();
        jdbc.sql("INSERT INTO receipts.cursor (connection) VALUES (:id)").param("id", id).update();
        jdbc.sql("SELECT rowrunner.enqueue('receipts.sync', '{\"businessId\": \"b1\", \"mode\": \"full\"}')")
                .query(UUID.class)
                .single();
    }

    private static void awaitEnd(JdbcClient jdbc) {
        await().atMost(Duration.ofSeconds(150))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> count(jdbc, "receipts.message WHERE state <> 'listed'") == MAILS
                        && count(jdbc, "jobs WHERE state IN ('enqueued', 'scheduled', 'processing')") == 0);
    }

    private static List<String> tables(JdbcClient jdbc) {
        return jdbc.sql(TABLES).query(String.class).list();
    }

    private static long count(JdbcClient jdbc, String from) {
        return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
    }

    /** A quarter are receipts, another quarter repeats them, the rest are letters. */
    private static Path mails() throws IOException {
        var folder = TestFolders.make("mails").toAbsolutePath();
        for (int n = 0; n < MAILS; n++) {
            var file = Files.writeString(folder.resolve("%05d.eml".formatted(n)), n % 2 == 0 ? receipt(n % (MAILS / 2)) : letter(n));
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
        }
        return folder;
    }

    private static String receipt(int number) {
        return """
                From: Coffee Shop <receipts@coffee.example>
                Subject: Your receipt R-%1$d
                Date: Mon, 02 Nov 2026 10:00:00 +0000
                Message-ID: <m%1$d@coffee.example>
                Content-Type: text/html; charset=utf-8

                <html><body><script type="application/ld+json">
                {"@context": "https://schema.org", "@type": "Invoice", "confirmationNumber": "R-%1$d",
                 "provider": {"@type": "Organization", "name": "Coffee Shop"},
                 "totalPaymentDue": {"@type": "PriceSpecification", "price": "%2$d.50", "priceCurrency": "EUR"}}
                </script><p>Total: EUR %2$d.50</p></body></html>
                """.formatted(number, number + 1);
    }

    private static String letter(int number) {
        return """
                From: Ann <ann@friends.example>
                Subject: Hello %1$d
                Date: Mon, 02 Nov 2026 10:00:00 +0000
                Message-ID: <l%1$d@friends.example>
                Content-Type: text/plain

                How are you?
                """.formatted(number);
    }
}
