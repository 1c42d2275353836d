package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.LinkedAccount;
import dev.rowrunner.accounts.fiu.Statement;
import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.JobContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The accounts that users have linked. */
@Repository
class Accounts {

    private static final String FIND = """
            SELECT nr, user_id, account_id, consent, fip_id, link_ref_number, last_sync_at FROM accounts.account
            WHERE user_id = :user AND account_id = :account
            """;

    /**
     * Named as the bank does; where another bank of the user gave that name before, with the bank's own before it. In one
     * order, lest two consents of a user wait for each other, and writing only what has changed.
     */
    private static final String LINK = """
            INSERT INTO accounts.account AS a (user_id, account_id, consent, fip_id, link_ref_number, masked_number, type, fi_type)
            SELECT :user, CASE WHEN row_number() OVER (PARTITION BY l.link ORDER BY l.fip) > 1
                                    OR EXISTS (SELECT FROM accounts.account o
                                               WHERE o.user_id = :user AND o.account_id = l.link AND o.fip_id <> l.fip)
                               THEN l.fip || ':' || l.link ELSE l.link END,
                   :consent, l.fip, l.link, l.masked, l.type, l.fi_type
            FROM unnest(:fips::text[], :links::text[], :masked::text[], :types::text[], :fiTypes::text[])
                 AS l (fip, link, masked, type, fi_type)
            ORDER BY l.fip, l.link
            ON CONFLICT (user_id, fip_id, link_ref_number) DO UPDATE
            SET consent = excluded.consent, masked_number = excluded.masked_number, type = excluded.type, fi_type = excluded.fi_type
            WHERE (a.consent, a.masked_number, a.type, a.fi_type)
                  IS DISTINCT FROM (excluded.consent, excluded.masked_number, excluded.type, excluded.fi_type)
            """;

    /** A later attempt of the same job has a greater lease; attempts of other jobs come one after the other. */
    private static final String CLAIM = """
            UPDATE accounts.account SET sync_job = :job, sync_lease = :lease
            WHERE nr = :nr AND (sync_job IS DISTINCT FROM :job OR sync_lease <= :lease)
            """;

    private static final String SYNCED = """
            UPDATE accounts.account SET last_sync_at = greatest(last_sync_at, :syncedAt)
            WHERE nr = :nr AND sync_job = :job AND sync_lease = :lease
            """;

    private static final String BALANCE = """
            UPDATE accounts.account SET balance = :balance, balance_at = :balanceAt, currency = :currency WHERE nr = :nr
            """;

    private static final String PURGE_BALANCES = """
            UPDATE accounts.account SET balance = NULL, balance_at = NULL
            WHERE consent = :consent AND balance IS NOT NULL AND last_sync_at < :before
            """;

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Account> find(String userId, String accountId) {
        return jdbc.sql(FIND)
                .param("user", userId)
                .param("account", accountId)
                .query((row, n) -> account(row))
                .optional();
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getLong("nr"),
                row.getString("user_id"),
                row.getString("account_id"),
                row.getObject("consent", UUID.class),
                row.getString("fip_id"),
                row.getString("link_ref_number"),
                Times.instant(row, "last_sync_at"));
    }

    void link(String userId, UUID consent, List<LinkedAccount> accounts) {
        jdbc.sql(LINK)
                .param("user", userId)
                .param("consent", consent)
                .param("fips", texts(accounts, LinkedAccount::fipId))
                .param("links", texts(accounts, LinkedAccount::linkRefNumber))
                .param("masked", texts(accounts, LinkedAccount::maskedNumber))
                .param("types", texts(accounts, LinkedAccount::type))
                .param("fiTypes", texts(accounts, LinkedAccount::fiType))
                .update();
    }

    private static String[] texts(List<LinkedAccount> accounts, Function<LinkedAccount, String> field) {
        return accounts.stream().map(field).toArray(String[]::new);
    }

    /** From now on this attempt alone may write what the account's bank has told. */
    void claim(Account account, JobContext job) {
        requireClaim(
                account,
                jdbc.sql(CLAIM)
                        .param("nr", account.nr())
                        .param("job", job.id())
                        .param("lease", job.lease())
                        .update());
    }

    /**
     * Locks the account's row until the transaction ends.
     *
     * @throws IllegalStateException if another attempt has claimed the account meanwhile
     */
    void synced(Account account, JobContext job, Instant syncedAt) {
        requireClaim(
                account,
                jdbc.sql(SYNCED)
                        .param("nr", account.nr())
                        .param("job", job.id())
                        .param("lease", job.lease())
                        .param("syncedAt", Times.utc(syncedAt))
                        .update());
    }

    private static void requireClaim(Account account, int rows) {
        if (rows == 0) {
            throw new IllegalStateException(
                    "Another attempt has taken over the sync of " + account + "; this one has stored nothing");
        }
    }

    void keepBalance(Account account, Statement statement) {
        if (statement.balance() != null) {
            jdbc.sql(BALANCE)
                    .param("nr", account.nr())
                    .param("balance", statement.balance())
                    .param("balanceAt", Times.utc(statement.balanceAt()))
                    .param("currency", statement.currency())
                    .update();
        }
    }

    void purgeBalances(UUID consent, Instant before) {
        jdbc.sql(PURGE_BALANCES)
                .param("consent", consent)
                .param("before", Times.utc(before))
                .update();
    }
}
