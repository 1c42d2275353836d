package dev.rowrunner.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.accounts.fiu.BankTransaction;
import dev.rowrunner.accounts.fiu.ConsentTerms;
import dev.rowrunner.accounts.fiu.DataLife;
import dev.rowrunner.accounts.fiu.Frequency;
import dev.rowrunner.accounts.fiu.LinkedAccount;
import dev.rowrunner.accounts.fiu.Statement;
import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.SettableClock;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What tests of account sync ask for again and again. Lazy: programs that run on the tests' class path find it too, and
 * have nothing to run due jobs with.
 */
@Component
@Lazy
class AccountsFixture {

    final JdbcClient jdbc;
    final Consents consents;
    final Accounts accounts;
    final ConsentRequests requests;
    final AccountSync accountSync;
    final RunDueJobs dueJobs;
    final SettableClock clock;

    AccountsFixture(
            JdbcClient jdbc,
            Consents consents,
            Accounts accounts,
            ConsentRequests requests,
            AccountSync accountSync,
            RunDueJobs dueJobs,
            SettableClock clock) {
        this.jdbc = jdbc;
        this.consents = consents;
        this.accounts = accounts;
        this.requests = requests;
        this.accountSync = accountSync;
        this.dueJobs = dueJobs;
        this.clock = clock;
    }

    /** Forgets all of this family, and all jobs. */
    void clear() {
        jdbc.sql(
                        "TRUNCATE accounts.consent, accounts.account, accounts.transaction, accounts.session, accounts.sync_log,"
                                + " accounts.scheduler_event")
                .update();
        dueJobs.clear();
    }

    /** What a customer of the sandbox is asked to agree to: days from sixty ago on. */
    ConsentTerms terms(String customer, Frequency frequency) {
        var now = clock.instant();
        return terms(customer, frequency, now.minus(Duration.ofDays(60)), now.plus(Duration.ofDays(300)));
    }

    ConsentTerms terms(String customer, Frequency frequency, Instant dataFrom, Instant dataTo) {
        var now = clock.instant();
        return new ConsentTerms(
                customer,
                ConsentDefaults.PURPOSE_CODE,
                ConsentDefaults.PURPOSE,
                ConsentDefaults.FI_TYPES,
                ConsentDefaults.CONSENT_TYPES,
                frequency,
                dataFrom,
                dataTo,
                ConsentDefaults.DATA_LIFE,
                now,
                now.plus(Duration.ofDays(300)));
    }

    /** Has the customer agree in the sandbox. Answers the first of the accounts that are linked by that. */
    Account connect(String userId, ConsentTerms terms) {
        requests.create(userId, terms);
        dueJobs.run();
        return accounts.find(userId, accountIds(userId).get(0)).orElseThrow();
    }

    List<String> accountIds(String userId) {
        return jdbc.sql("SELECT account_id FROM aa_accounts WHERE user_id = :user ORDER BY account_id")
                .param("user", userId)
                .query(String.class)
                .list();
    }

    void enqueue(Account account) {
        assertThat(accountSync.enqueue(account.userId(), account.accountId(), null))
                .isTrue();
    }

    /** Of all attempts, the first one first. */
    List<String> outcomes() {
        return jdbc.sql("SELECT outcome FROM aa_sync_log ORDER BY id")
                .query(String.class)
                .list();
    }

    Map<String, Object> lastAttempt() {
        return rows("SELECT * FROM aa_sync_log ORDER BY id DESC LIMIT 1").get(0);
    }

    long transactions() {
        return count("aa_transactions");
    }

    /** When a job that waits is due. */
    Instant when(String column, String view) {
        return jdbc.sql("SELECT " + column + " FROM " + view)
                .query((row, n) -> Times.known(row, column))
                .single();
    }

    /** An active consent of the provider that no provider knows. */
    UUID consent(String userId, DataLife life) {
        var now = clock.instant();
        var id = consents.add(
                userId,
                new ConsentTerms(
                        userId + "@sandbox-aa",
                        ConsentDefaults.PURPOSE_CODE,
                        ConsentDefaults.PURPOSE,
                        ConsentDefaults.FI_TYPES,
                        ConsentDefaults.CONSENT_TYPES,
                        new Frequency(Frequency.Unit.HOUR, 100),
                        now.minus(Duration.ofDays(365)),
                        now.plus(Duration.ofDays(365)),
                        life,
                        now,
                        now.plus(Duration.ofDays(365))));
        jdbc.sql("UPDATE accounts.consent SET status = 'ACTIVE', consent_id = id::text WHERE id = :id")
                .param("id", id)
                .update();
        return id;
    }

    UUID consent(String userId) {
        return consent(userId, ConsentDefaults.DATA_LIFE);
    }

    /** @param syncedAgo null: never */
    Account account(UUID consent, String userId, String accountId, @Nullable Duration syncedAgo) {
        accounts.link(
                userId,
                consent,
                List.of(new LinkedAccount("bank", accountId, "XXXX" + accountId, "SAVINGS", "DEPOSIT")));
        if (syncedAgo != null) {
            jdbc.sql("UPDATE accounts.account SET last_sync_at = :at WHERE user_id = :user AND account_id = :account")
                    .param("at", Times.utc(clock.instant().minus(syncedAgo)))
                    .param("user", userId)
                    .param("account", accountId)
                    .update();
        }
        return accounts.find(userId, accountId).orElseThrow();
    }

    List<Map<String, Object>> rows(String sql) {
        return jdbc.sql(sql).query().listOfRows();
    }

    long count(String from) {
        return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
    }

    static Statement statement(List<BankTransaction> transactions) {
        return new Statement(
                "XXXX1",
                "1",
                "SAVINGS",
                new BigDecimal("100.50"),
                Instant.parse("2026-11-01T00:00:00Z"),
                "INR",
                transactions);
    }

    static List<BankTransaction> bookings(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> booking("T" + n, n + 1, n))
                .toList();
    }

    /** @param minute after the first of November */
    static BankTransaction booking(@Nullable String id, long amount, long minute) {
        return new BankTransaction(
                id,
                BankTransaction.Type.DEBIT,
                BankTransaction.Mode.UPI,
                BigDecimal.valueOf(amount),
                new BigDecimal("1000.00"),
                Instant.parse("2026-11-01T00:00:00Z").plus(Duration.ofMinutes(minute)),
                null,
                "Coffee",
                "UPI/" + amount);
    }
}
