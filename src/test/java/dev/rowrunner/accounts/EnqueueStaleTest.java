package dev.rowrunner.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.testing.RowrunnerTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Who gets a sync without asking for it. */
@RowrunnerTest
class EnqueueStaleTest {

    @Autowired
    AccountsFixture fixture;

    @Autowired
    AccountSync accountSync;

    @Autowired
    SchedulerEvents events;

    @Autowired
    EnqueueStale enqueueStale;

    @BeforeEach
    @AfterEach
    void forget() {
        fixture.clear();
    }

    @Test
    void enqueuesOneSyncForEachStaleAccountOldestFirst() {
        var consent = fixture.consent("u");
        fixture.account(consent, "u", "seven", Duration.ofHours(7));
        fixture.account(consent, "u", "nine", Duration.ofHours(9));
        fixture.account(consent, "u", "never", null);
        fixture.account(consent, "u", "one", Duration.ofHours(1));

        enqueueStale();

        assertThat(queued()).containsExactly("never", "nine", "seven");
    }

    @Test
    void leavesOutAccountsWhoseSyncWaitsAlreadyAndSaysSo() {
        var consent = fixture.consent("u");
        fixture.account(consent, "u", "1", null);
        fixture.account(consent, "u", "2", null);
        assertThat(accountSync.enqueue("u", "2", null)).isTrue();

        enqueueStale();

        assertThat(queued()).containsExactlyInAnyOrder("1", "2");
        assertThat(events.newest(1)).singleElement().satisfies(event -> {
            assertThat(event.enqueued()).isEqualTo(1);
            assertThat(event.skipped()).isEqualTo(Map.of("waiting or running", 1));
            assertThat(event.finishedAt()).isNotNull();
        });
    }

    @Test
    void leavesOutAccountsWithoutAnActiveConsentAndSaysWhy() {
        fixture.account(fixture.consent("u"), "u", "1", null);
        var paused = fixture.consent("paused");
        fixture.account(paused, "paused", "1", null);
        fixture.jdbc
                .sql("UPDATE accounts.consent SET status = 'PAUSED' WHERE id = ?")
                .param(paused)
                .update();
        var over = fixture.consent("over");
        fixture.account(over, "over", "1", null);
        fixture.jdbc
                .sql("UPDATE accounts.consent SET starts_at = '2020-01-01', expires_at = '2021-01-01' WHERE id = ?")
                .param(over)
                .update();

        enqueueStale();

        assertThat(fixture.rows("SELECT user_id FROM aa_sync")).containsExactly(Map.of("user_id", "u"));
        assertThat(events.newest(1).get(0).skipped()).isEqualTo(Map.of("consent paused", 1, "consent expired", 1));
    }

    @Test
    void queuesOneSyncOfAnAccountAtATime() {
        fixture.account(fixture.consent("u"), "u", "1", null);

        var answers = List.of(
                accountSync.enqueue("u", "1", null),
                accountSync.enqueue("u", "1", fixture.clock.instant()),
                accountSync.enqueue("u", "unknown", null));

        assertThat(answers).containsExactly(true, false, false);
        assertThat(queued()).containsExactly("1");
    }

    /** The bound is for a machine that does much else; a quiet one is far below the five seconds that are promised. */
    @Test
    void enqueuesAHundredThousandAccountsInOneRunAndNoneOfThemAgain() {
        var consent = fixture.consent("u");
        fixture.jdbc
                .sql("""
                        INSERT INTO accounts.account (user_id, account_id, consent, fip_id, link_ref_number, masked_number, type, fi_type, last_sync_at)
                        SELECT 'user-' || n, 'account-' || n, :consent, 'bank', n::text, 'XXXX', 'SAVINGS', 'DEPOSIT',
                               CASE WHEN n % 3 > 0 THEN cast(:now AS timestamptz) - interval '5 hours' - n * interval '1 second' END
                        FROM generate_series(1, 100000) AS n
                        """)
                .param("consent", consent)
                .param("now", Times.utc(fixture.clock.instant()))
                .update();
        fixture.jdbc.sql("ANALYZE accounts.account").update();
        var job = new JobInTest();

        long first = millis(job);
        long second = millis(new JobInTest());

        System.out.println("accounts.enqueue-stale, 100,000 stale accounts: " + first + " ms; all of them waiting: "
                + second + " ms");
        assertThat(fixture.count("aa_sync")).isEqualTo(100_000);
        assertThat(events.newest(2))
                .filteredOn(event -> event.jobId().equals(job.id()))
                .singleElement()
                .satisfies(event -> assertThat(event.enqueued()).isEqualTo(100_000));
        assertThat(first).isLessThan(20_000);
        assertThat(second).isLessThan(20_000);
    }

    private long millis(JobInTest job) {
        long began = System.nanoTime();
        enqueueStale.run(new EnqueueStale.Args(), job);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private void enqueueStale() {
        enqueueStale.run(new EnqueueStale.Args(), new JobInTest());
    }

    /** In the order in which they are claimed. */
    private List<String> queued() {
        return fixture.jdbc
                .sql(
                        "SELECT account_id FROM aa_sync q JOIN rowrunner.job j ON j.id = q.job_id ORDER BY j.claim_key, j.id")
                .query(String.class)
                .list();
    }
}
