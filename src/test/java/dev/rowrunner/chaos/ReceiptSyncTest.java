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

    private static final int MAILS = 1_500;
    private static final Path LOGS = Path.of("target", "chaos");

    /** All but numbers, times and jobs; which of two mails with one receipt comes first is chance. */
    private static final String TABLES = """
            SELECT concat_ws('|', m.source_id, replace(m.state, 'duplicate', 'receipt'), m.message_id, r.vendor, r.total, r.currency, r.number,
                             r.content_hash)
            FROM receipts.message m LEFT JOIN receipts.receipt r ON r.id = m.receipt WHERE m.business = :business ORDER BY 1
            """;

    private final List<WorkerProcess> workers = new ArrayList<>();
    private final String url =
            Servers.newDatabase("receipts_" + UUID.randomUUID().toString().replace('-', '_'));
    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));

    @AfterEach
    void killAll() {
        workers.forEach(WorkerProcess::close);
    }

    @Test
    void killedInMidSyncItEndsWithTheTablesOfACleanRun() throws IOException {
        var mails = mails();
        var first = worker();
        sync("killed", mails);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> count("receipts.message") >= 250);
        first.kill();
        System.out.println("killed when " + count("receipts.message") + " of " + MAILS + " mails were listed");
        worker();
        awaitEnd("killed");

        long began = System.nanoTime();
        sync("clean", mails);
        awaitEnd("clean");
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        System.out.println(
                "receipts of %d mails in %d ms: %d mails/s".formatted(MAILS, millis, MAILS * 1000L / millis));

        assertThat(tables("killed")).isEqualTo(tables("clean")).hasSize(MAILS);
        assertThat(count("(SELECT FROM jobs WHERE kind = 'receipts.extract' GROUP BY args -> 'message') AS mail"))
                .isEqualTo(count("jobs WHERE kind = 'receipts.extract'"));
        assertThat(count("receipts.receipt WHERE business = 'killed'")).isEqualTo(MAILS / 4);
    }

    /** Returns when it works. */
    private WorkerProcess worker() {
        var worker = WorkerProcess.start("receipts-" + workers.size(), LOGS, url);
        workers.add(worker);
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> count("rowrunner.worker WHERE ended_at IS NULL AND name = '" + worker.name() + "'") == 1);
        return worker;
    }

    private void sync(String business, Path mails) {
        var id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO receipts.connection (id, business, source, settings, created_at, changed_at)
                        VALUES (:id, :business, 'folder', jsonb_build_object('path', :path), now(), now())
                        """)
                .param("id", id)
                .param("business", business)
                .param("path", mails.toString())
                .update();
        jdbc.sql("INSERT INTO receipts.cursor (connection) VALUES (:id)")
                .param("id", id)
                .update();
        jdbc.sql(
                        "SELECT rowrunner.enqueue('receipts.sync', jsonb_build_object('businessId', :business::text, 'mode', 'full'))")
                .param("business", business)
                .query(UUID.class)
                .single();
    }

    private void awaitEnd(String business) {
        await().atMost(Duration.ofSeconds(150))
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        count("receipts.message WHERE state <> 'listed' AND business = '" + business + "'") == MAILS
                                && count("jobs WHERE state IN ('enqueued', 'scheduled', 'processing')") == 0);
    }

    private List<String> tables(String business) {
        return jdbc.sql(TABLES).param("business", business).query(String.class).list();
    }

    private long count(String from) {
        return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
    }

    /** A quarter are receipts, another quarter repeats them, the rest are letters. */
    private static Path mails() throws IOException {
        var folder = TestFolders.make("mails").toAbsolutePath();
        for (int n = 0; n < MAILS; n++) {
            var file = Files.writeString(
                    folder.resolve("%05d.eml".formatted(n)), n % 2 == 0 ? receipt(n % (MAILS / 2)) : letter(n));
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
