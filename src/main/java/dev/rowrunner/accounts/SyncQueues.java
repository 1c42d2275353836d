package dev.rowrunner.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.postgres.Times;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Reads the sets that the views of account sync show, and clears those that wait. */
@Repository
class SyncQueues {

    private static final Map<String, String> OLDEST = oldest();

    private static final String COUNTS = """
            SELECT lower(state) AS state, count(*) FROM rowrunner.job WHERE kind = 'accounts.sync-account' GROUP BY 1 ORDER BY 1
            """;

    private static final String CURRENT = """
            SELECT l.job_id, l.user_id, l.account_id, l.attempt, l.started_at, NULL::timestamptz AS ended_at, NULL AS outcome, 0 AS added, NULL AS error
            FROM accounts.sync_log l JOIN rowrunner.job j ON j.id = l.job_id
            WHERE l.ended_at IS NULL AND lower(j.state) = 'processing' ORDER BY l.started_at LIMIT 100
            """;

    private static final String LAST = """
            SELECT job_id, user_id, account_id, attempt, started_at, ended_at, outcome, added, error FROM accounts.sync_log
            WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1
            """;

    private static final String WORKERS = "SELECT count(*) FROM workers WHERE ended_at IS NULL"
            + " AND (queues IS NULL OR 'aa_sync' = ANY (queues)) AND 'accounts.sync-account' = ANY (kinds)";

    private static final String CLEAR = """
            SELECT count(*) FROM rowrunner.discard(ARRAY(
                SELECT job_id FROM %s ORDER BY job_id LIMIT 5000), 'The queue was cleared', :now) WHERE outcome = 'discarded'
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    SyncQueues(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private static Map<String, String> oldest() {
        var oldest = new LinkedHashMap<String, String>();
        oldest.put("aa_sync", "original_enqueue_time");
        oldest.put("aa_sync_retry", "original_enqueue_time");
        oldest.put("aa_dlq", "failed_at");
        oldest.put("aa_sync_completed", "completed_at");
        oldest.put("aa_sync_failed", "failed_at");
        oldest.put("aa_scheduler_events", "started_at");
        return oldest;
    }

    /** @param oldest null of an empty set */
    record Size(long size, @Nullable Instant oldest) {}

    /** Each set by the name of its view. */
    Map<String, Size> sets() {
        var sets = new LinkedHashMap<String, Size>();
        OLDEST.forEach((view, column) -> sets.put(
                view,
                jdbc.sql("SELECT count(*) AS size, min(" + column + ") AS oldest FROM " + view)
                        .query((row, n) -> new Size(row.getLong("size"), Times.instant(row, "oldest")))
                        .single()));
        return sets;
    }

    /** How many jobs are in each state. */
    Map<String, Long> counts() {
        var counts = new LinkedHashMap<String, Long>();
        jdbc.sql(COUNTS)
                .query((row, n) -> Map.entry(row.getString(1), row.getLong(2)))
                .list()
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /**
     * One attempt.
     *
     * @param endedAt null: it runs
     * @param error why it brought nothing, or null
     */
    record Attempt(
            @JsonProperty("job_id") UUID jobId,
            @JsonProperty("user_id") String userId,
            @JsonProperty("account_id") String accountId,
            int attempt,
            @JsonProperty("started_at") Instant startedAt,
            @JsonProperty("ended_at") @Nullable Instant endedAt,
            @Nullable String outcome,
            @JsonProperty("new") int added,
            @Nullable String error) {}

    List<Attempt> current() {
        return attempts(CURRENT);
    }

    Optional<Attempt> last() {
        return attempts(LAST).stream().findFirst();
    }

    private List<Attempt> attempts(String sql) {
        return jdbc.sql(sql)
                .query((row, n) -> new Attempt(
                        row.getObject("job_id", UUID.class),
                        row.getString("user_id"),
                        row.getString("account_id"),
                        row.getInt("attempt"),
                        Times.known(row, "started_at"),
                        Times.instant(row, "ended_at"),
                        row.getString("outcome"),
                        row.getInt("added"),
                        row.getString("error")))
                .list();
    }

    int workers() {
        return jdbc.sql(WORKERS).query(Integer.class).single();
    }

    /** Ends what waits, is to be retried, or is a dead letter. Answers how many of each. */
    @Transactional
    public Map<String, Long> clear() {
        var cleared = new LinkedHashMap<String, Long>();
        List.of("aa_sync", "aa_sync_retry", "aa_dlq").forEach(view -> cleared.put(view, clear(view)));
        return cleared;
    }

    private long clear(String view) {
        long all = 0;
        for (long done = clearBatch(view); done > 0; done = clearBatch(view)) {
            all += done;
        }
        return all;
    }

    private long clearBatch(String view) {
        return jdbc.sql(CLEAR.formatted(view))
                .param("now", Times.utc(clock.instant()))
                .query(Long.class)
                .single();
    }
}
