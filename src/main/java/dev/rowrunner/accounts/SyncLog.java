package dev.rowrunner.accounts;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.JobContext;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Tells of every attempt to sync: what it brought, or why it brought nothing. */
@Repository
class SyncLog {

    /** Attempts of one job come one after the other, so an open one is of a worker that is gone. */
    private static final String START = """
            WITH interrupted AS (
                UPDATE accounts.sync_log SET ended_at = :now, outcome = 'interrupted', error = 'The worker that ran it is gone.'
                WHERE job_id = :job AND ended_at IS NULL)
            INSERT INTO accounts.sync_log (job_id, attempt, user_id, account_id, since, started_at)
            VALUES (:job, :attempt, :user, :account, :since, :now) RETURNING id
            """;

    private static final String RANGE = "UPDATE accounts.sync_log SET data_from = :from, data_to = :to WHERE id = :id";

    private static final String END = """
            UPDATE accounts.sync_log
            SET ended_at = :now, outcome = :outcome, fetched = :fetched, added = :added, changed = :changed,
                duplicates = :duplicates, error = :error
            WHERE id = :id AND ended_at IS NULL
            """;

    private static final String PRUNE = "DELETE FROM accounts.sync_log WHERE started_at < :before";

    private static final int LONGEST = 1000;

    private final JdbcClient jdbc;
    private final Clock clock;

    SyncLog(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    enum Outcome {
        SYNCED,
        SKIPPED,
        WAITING,
        DISCARDED,
        FAILED,
        INTERRUPTED
    }

    long start(SyncAccount.Args args, JobContext job) {
        return jdbc.sql(START)
                .param("job", job.id())
                .param("attempt", job.attempt())
                .param("user", args.userId())
                .param("account", args.accountId())
                .param("since", Times.utc(args.since()))
                .param("now", Times.utc(clock.instant()))
                .query(Long.class)
                .single();
    }

    void asksFor(long entry, Instant from, Instant to) {
        jdbc.sql(RANGE)
                .param("id", entry)
                .param("from", Times.utc(from))
                .param("to", Times.utc(to))
                .update();
    }

    /** @param error why it brought nothing, or null */
    void end(long entry, Outcome outcome, Transactions.Stored stored, @Nullable String error) {
        jdbc.sql(END)
                .param("id", entry)
                .param("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .param("fetched", stored.fetched())
                .param("added", stored.added())
                .param("changed", stored.changed())
                .param("duplicates", stored.duplicates())
                .param("error", error == null ? null : error.substring(0, Math.min(LONGEST, error.length())))
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    void end(long entry, Outcome outcome, @Nullable String error) {
        end(entry, outcome, Transactions.Stored.NOTHING, error);
    }

    void pruneBefore(Instant before) {
        jdbc.sql(PRUNE).param("before", Times.utc(before)).update();
    }
}
