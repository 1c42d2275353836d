package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.BankTransaction;
import dev.rowrunner.accounts.fiu.Statement;
import dev.rowrunner.postgres.Times;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The transactions of all accounts, each stored once. */
@Repository
class Transactions {

    /** In the order of the keys, which is the order in which rows are locked. */
    private static final String UPSERT = """
            WITH stored AS (
                INSERT INTO accounts.transaction AS t (account, key, txn_id, type, mode, amount, balance, currency, at, value_date,
                                                       narration, reference, consent, fetched_at)
                SELECT :account, f.key, f.txn_id, f.type, f.mode, f.amount, f.balance, :currency, f.at, f.value_date,
                       f.narration, f.reference, :consent, :now
                FROM unnest(:keys::text[], :txnIds::text[], :types::text[], :modes::text[], :amounts::numeric[],
                            :balances::numeric[], :ats::timestamptz[], :valueDates::date[], :narrations::text[], :references::text[])
                     AS f (key, txn_id, type, mode, amount, balance, at, value_date, narration, reference)
                ORDER BY f.key
                ON CONFLICT (account, key) DO UPDATE
                SET txn_id = excluded.txn_id, type = excluded.type, mode = excluded.mode, amount = excluded.amount,
                    balance = excluded.balance, currency = excluded.currency, at = excluded.at,
                    value_date = excluded.value_date, narration = excluded.narration, reference = excluded.reference,
                    changed_at = excluded.fetched_at
                WHERE (t.type, t.mode, t.amount, t.balance, t.currency, t.at, t.value_date, t.narration, t.reference)
                      IS DISTINCT FROM
                      (excluded.type, excluded.mode, excluded.amount, excluded.balance, excluded.currency, excluded.at,
                       excluded.value_date, excluded.narration, excluded.reference)
                RETURNING xmax = 0 AS is_new)
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM stored
            """;

    private static final String PURGE = """
            DELETE FROM accounts.transaction WHERE (account, key) IN (
                SELECT account, key FROM accounts.transaction
                WHERE consent = :consent AND fetched_at < :before ORDER BY account, key LIMIT :batch)
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Transactions(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** What became of the transactions of one fetch. */
    record Stored(int fetched, int added, int changed, int duplicates) {
        static final Stored NOTHING = new Stored(0, 0, 0, 0);
    }

    /** Stores those that are new, and those that the bank has changed. */
    Stored store(Account account, Statement statement) {
        int fetched = statement.transactions().size();
        var keys = TransactionKeys.of(statement.transactions());
        var all = new ArrayList<>(keys.byKey().values());
        return jdbc.sql(UPSERT)
                .param("account", account.nr())
                .param("consent", account.consent())
                .param("currency", statement.currency())
                .param("now", Times.utc(clock.instant()))
                .param("keys", keys.byKey().keySet().toArray(String[]::new))
                .param("txnIds", texts(all, BankTransaction::txnId))
                .param("types", texts(all, one -> one.type().name()))
                .param("modes", texts(all, one -> one.mode().name()))
                .param("amounts", texts(all, one -> one.amount().toPlainString()))
                .param("balances", texts(all, one -> text(one.balance())))
                .param("ats", texts(all, one -> one.at().toString()))
                .param("valueDates", texts(all, one -> text(one.valueDate())))
                .param("narrations", texts(all, BankTransaction::narration))
                .param("references", texts(all, BankTransaction::reference))
                .query((row, n) -> {
                    int added = row.getInt(1);
                    int changed = row.getInt(2);
                    return new Stored(fetched, added, changed, fetched - added - changed);
                })
                .single();
    }

    private static @Nullable String[] texts(
            ArrayList<BankTransaction> all, Function<BankTransaction, @Nullable String> field) {
        return all.stream().map(field).toArray(String[]::new);
    }

    private static @Nullable String text(@Nullable BigDecimal number) {
        return number == null ? null : number.toPlainString();
    }

    private static @Nullable String text(@Nullable LocalDate date) {
        return date == null ? null : date.toString();
    }

    /** Deletes up to a batch of what was fetched under the consent before. Answers how many. */
    int purge(UUID consent, Instant before, int batch) {
        return jdbc.sql(PURGE)
                .param("consent", consent)
                .param("before", Times.utc(before))
                .param("batch", batch)
                .update();
    }
}
