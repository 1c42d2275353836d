package dev.rowrunner.receipts;

import static dev.rowrunner.receipts.ReceiptsFixture.BUSINESS;
import static dev.rowrunner.receipts.ReceiptsFixture.letter;
import static dev.rowrunner.receipts.ReceiptsFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.receipts.sources.Source;
import dev.rowrunner.runner.JobContext;
import dev.rowrunner.testing.RowrunnerTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of mails that are dropped into a folder, and what is left of a sync that dies. */
@RowrunnerTest
class FolderSyncTest {

    private static final String LISTED = """
            SELECT m.source_id, m.place, m.version, m.state, c.position
            FROM receipts.message m JOIN receipts.cursor c USING (connection) ORDER BY m.source_id
            """;

    @Autowired
    ReceiptsFixture fixture;

    @Autowired
    SyncReceipts syncReceipts;

    @Autowired
    Messages messages;

    @Autowired
    TransactionTemplate transaction;

    private Path folder = Path.of("");

    @BeforeEach
    void connect() {
        fixture.clear();
        folder = fixture.folder();
    }

    @AfterEach
    void forget() {
        fixture.clear();
    }

    @Test
    void storesAReceiptWithWhereEachFieldWasFound() {
        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50"));

        fixture.sync();

        assertThat(fixture.rows("SELECT business, vendor, total, currency, number, subject FROM public.receipts"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("business", BUSINESS)
                        .containsEntry("vendor", "Coffee Shop")
                        .containsEntry("currency", "EUR")
                        .containsEntry("number", "R-1")
                        .containsEntry("subject", "Your receipt R-1")
                        .hasEntrySatisfying(
                                "total",
                                total -> assertThat(String.valueOf(total)).isEqualTo("12.50")));
        assertThat(fixture.texts("SELECT origins ->> 'total' FROM public.receipts"))
                .containsExactly("json-ld");
        assertThat(Files.exists(folder.resolve("a.eml"))).isTrue();
    }

    @Test
    void saysOfEachMailWhatBecameOfIt() {
        fixture.write(folder, "letter.eml", letter("l1@friends"));
        fixture.write(folder, "receipt.eml", receipt("m1@coffee", "R-1", "12.50"));
        fixture.write(folder, "same-mail.eml", receipt("m1@coffee", "R-1", "12.50"));
        fixture.write(folder, "sent-again.eml", receipt("m2@coffee", "R-1", "12.50"));
        fixture.write(folder, "empty.eml", "");

        fixture.sync();

        assertThat(states())
                .containsEntry("letter.eml", "no receipt")
                .hasSize(5)
                .extractingByKey("empty.eml")
                .isIn("no receipt", "refused");
        assertThat(states().values()).filteredOn("receipt"::equals).hasSize(1);
        assertThat(states().values()).filteredOn("duplicate"::equals).hasSize(2);
        assertThat(fixture.count("receipts.receipt")).isEqualTo(1);
        assertThat(fixture.texts("SELECT reason FROM receipts.message WHERE state IN ('no receipt', 'refused')"))
                .allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    @Test
    void readsEachMailOnceHoweverOftenItIsSynced() {
        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50"));
        fixture.sync();
        fixture.sync(SyncMode.FULL);
        fixture.write(folder, "b.eml", receipt("m2@coffee", "R-2", "7.00"));

        fixture.sync();

        assertThat(fixture.count("jobs WHERE kind = 'receipts.extract'")).isEqualTo(2);
        assertThat(fixture.count("receipts.receipt")).isEqualTo(2);
    }

    @Test
    void readsAFileAgainThatHasOtherContentNow() {
        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50").substring(0, 300));
        fixture.sync();
        assertThat(states()).containsEntry("a.eml", "no receipt");

        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50"));
        fixture.sync();
        fixture.clock.advance(Duration.ofSeconds(5));
        fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "99.00"));
        fixture.sync();

        assertThat(states()).containsEntry("a.eml", "receipt");
        assertThat(fixture.texts("SELECT total::text FROM receipts.receipt")).containsExactly("99.00");
    }

    @Test
    void readsAMailOnceThatIsThereUnderTwoNamesOfAMaildir() {
        fixture.write(folder, "new/1.M1.host", receipt("m1@coffee", "R-1", "12.50"));
        fixture.write(folder, "cur/1.M1.host:2,S", receipt("m1@coffee", "R-1", "12.50"));

        fixture.sync();

        assertThat(states()).containsOnly(Map.entry("1.M1.host", "receipt"));
    }

    @Test
    void saysThatAMailIsGone() throws Exception {
        var file = fixture.write(folder, "a.eml", receipt("m1@coffee", "R-1", "12.50"));
        syncReceipts.run(new SyncReceipts.Args(BUSINESS, SyncMode.FULL), new QuietJob(UUID.randomUUID()));
        Files.delete(file);

        fixture.dueJobs.run();

        assertThat(states()).containsEntry("a.eml", "gone");
    }

    @Test
    void oneSyncOfABusinessAndModeWaitsAtATime() {
        var first = fixture.jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(BUSINESS, SyncMode.FULL));
        var same = fixture.jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(BUSINESS, SyncMode.FULL));
        var other = fixture.jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args("b2", SyncMode.FULL));

        assertThat(same).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void tellsItsProgressByMail() {
        for (int n = 0; n < 3; n++) {
            fixture.write(folder, n + ".eml", letter("l" + n + "@friends"));
        }
        var told = new AtomicInteger();

        runCatching(() -> syncReceipts.run(
                new SyncReceipts.Args(BUSINESS, SyncMode.FULL), context(UUID.randomUUID(), told, Integer.MAX_VALUE)));

        assertThat(told).hasValue(3);
        assertThat(fixture.texts("SELECT messages ->> 'listed' FROM receipt_connections"))
                .containsExactly("3");
    }

    /** What the jobs then make of the mails, and a process that is really killed: see the chaos tests. */
    @Test
    void aSyncThatDiesBetweenPagesAndRunsAgainListsWhatACleanRunLists() throws Exception {
        for (int n = 0; n < 1_100; n++) {
            fixture.write(folder, "%04d.eml".formatted(n), letter("l" + n));
        }
        var args = new SyncReceipts.Args(BUSINESS, SyncMode.FULL);
        syncReceipts.run(args, new QuietJob(UUID.randomUUID()));
        var clean = fixture.rows(LISTED);
        fixture.clear();
        fixture.connections.connect(BUSINESS, SourceType.FOLDER, SourceSettings.folder(folder.toString()), null);

        // Dies after its first page, again after its second, and once in a transaction that never commits.
        var job = UUID.randomUUID();
        assertThatThrownBy(() -> syncReceipts.run(args, context(job, new AtomicInteger(), 1)))
                .isInstanceOf(Killed.class);
        var connection = fixture.connections.ofBusiness(BUSINESS).orElseThrow();
        transaction.executeWithoutResult(status -> {
            messages.list(connection, List.of(new Source.Listed("0700.eml", "0700.eml", "x")), job);
            status.setRollbackOnly();
        });
        assertThatThrownBy(() -> syncReceipts.run(args, context(job, new AtomicInteger(), 1)))
                .isInstanceOf(Killed.class);
        syncReceipts.run(args, new QuietJob(job));

        assertThat(fixture.rows(LISTED)).isEqualTo(clean).hasSize(1_100);
        assertThat(fixture.count("jobs WHERE kind = 'receipts.extract'")).isEqualTo(1_100);
    }

    @Test
    void anIncrementalSyncEndsWhatAnotherJobHasBegun() throws Exception {
        for (int n = 0; n < 600; n++) {
            fixture.write(folder, "%04d.eml".formatted(n), letter("l" + n));
        }
        assertThatThrownBy(() -> syncReceipts.run(
                        new SyncReceipts.Args(BUSINESS, SyncMode.FULL),
                        context(UUID.randomUUID(), new AtomicInteger(), 1)))
                .isInstanceOf(Killed.class);

        syncReceipts.run(new SyncReceipts.Args(BUSINESS, SyncMode.INCREMENTAL), new QuietJob(UUID.randomUUID()));

        assertThat(fixture.count("receipts.message")).isEqualTo(600);
        assertThat(fixture.count("jobs WHERE kind = 'receipts.extract'")).isEqualTo(600);
    }

    @Test
    void discardsASyncOfABusinessThatIsConnectedToNothing() {
        fixture.connections.remove(BUSINESS);

        var job = fixture.sync();

        assertThat(fixture.state(job)).isEqualTo("deleted");
    }

    private Map<String, String> states() {
        return fixture
                .jdbc
                .sql("SELECT source_id, state FROM receipts.message")
                .query((row, n) -> Map.entry(row.getString(1), row.getString(2)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private interface Run {
        void run() throws Exception;
    }

    private static void runCatching(Run run) {
        try {
            run.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@code kill -9}: after what is committed nothing more is done. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** @param pages after so many the attempt dies */
    private static JobContext context(UUID job, AtomicInteger told, int pages) {
        var seen = new AtomicInteger();
        return new JobContext() {
            @Override
            public UUID id() {
                return job;
            }

            @Override
            public int attempt() {
                return 1;
            }

            @Override
            public long lease() {
                return 1;
            }

            @Override
            public void progress(long done, long total) {
                told.set((int) done);
                if (seen.incrementAndGet() == pages) {
                    throw new Killed();
                }
            }

            @Override
            public void log(String line) {}
        };
    }
}
