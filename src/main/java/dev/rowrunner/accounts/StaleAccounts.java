package dev.rowrunner.accounts;

import dev.rowrunner.postgres.Times;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Finds stale accounts and puts their syncs into the queue where both are: in the database, thousands at a time. */
@Repository
class StaleAccounts {

    /** Jobs of one instant are claimed in the order of their ids, so these are sorted as the accounts are. */
    private static final String ENQUEUE = """
            WITH stale AS MATERIALIZED (
                SELECT *, row_number() OVER (ORDER BY synced_at, nr) AS n
                FROM (SELECT a.user_id, a.account_id, coalesce(a.last_sync_at, '-infinity') AS synced_at, a.nr
                      FROM accounts.account a JOIN accounts.consent c ON c.id = a.consent
                      WHERE c.status = 'ACTIVE' AND c.expires_at > :now AND coalesce(a.last_sync_at, '-infinity') < :before
                        AND (coalesce(a.last_sync_at, '-infinity'), a.nr) > (cast(:afterSync AS timestamptz), :afterNr)
                      ORDER BY coalesce(a.last_sync_at, '-infinity'), a.nr LIMIT :batch) AS chosen),
            ids AS MATERIALIZED (
                SELECT id, row_number() OVER (ORDER BY id) AS n FROM (SELECT gen_random_uuid() AS id FROM stale) AS fresh),
            jobs AS MATERIALIZED (
                SELECT array_agg(i.id ORDER BY n) AS ids,
                       array_agg(jsonb_build_object('userId', s.user_id, 'accountId', s.account_id) ORDER BY n) AS args
                FROM stale s JOIN ids i USING (n)),
            stored AS MATERIALIZED (
                SELECT j.ids, rowrunner.insert_jobs('accounts.sync-account', j.ids, j.args, NULL, NULL, NULL, NULL, NULL, NULL,
                                                    NULL, :now) AS holders
                FROM jobs j WHERE j.ids IS NOT NULL),
            told AS (
                SELECT rowrunner.wake(k.queue, k.name, '', rowrunner.claim_key(:now, k.priority))
                FROM rowrunner.kind k, stored WHERE k.name = 'accounts.sync-account')
            SELECT (SELECT count(*) FROM stale) AS stale,
                   (SELECT count(*) FROM stored, unnest(stored.ids, stored.holders) AS pair (id, holder)
                    WHERE pair.id = pair.holder) AS enqueued,
                   (SELECT count(*) FROM told) AS woken,
                   (SELECT synced_at::text FROM stale ORDER BY n DESC LIMIT 1) AS last_sync,
                   (SELECT nr FROM stale ORDER BY n DESC LIMIT 1) AS last_nr
            """;

    /** Stale accounts that get no job because of their consents. */
    private static final String NOT_ALLOWED = """
            SELECT CASE WHEN c.status = 'ACTIVE' THEN 'consent expired' ELSE 'consent ' || lower(c.status) END AS reason, count(*)
            FROM accounts.consent c JOIN accounts.account a ON a.consent = c.id
            WHERE (c.status <> 'ACTIVE' OR c.expires_at <= :now) AND coalesce(a.last_sync_at, '-infinity') < :before
            GROUP BY 1 ORDER BY 1
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    StaleAccounts(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** How far a run has come through the accounts, the stalest first. */
    record Place(String lastSync, long nr) {
        static final Place START = new Place("-infinity", -1);
    }

    /** @param next where the next batch begins; null after the last one */
    record Batch(int stale, int enqueued, @Nullable Place next) {}

    /** Enqueues up to a batch of accounts that were last synced before the given time. */
    Batch enqueue(Instant before, Place after, int batch) {
        return jdbc.sql(ENQUEUE)
                .param("now", Times.utc(clock.instant()))
                .param("before", Times.utc(before))
                .param("afterSync", after.lastSync())
                .param("afterNr", after.nr())
                .param("batch", batch)
                .query((row, n) -> {
                    int stale = row.getInt("stale");
                    return new Batch(
                            stale,
                            row.getInt("enqueued"),
                            stale < batch ? null : new Place(row.getString("last_sync"), row.getLong("last_nr")));
                })
                .single();
    }

    /** How many stale accounts can't be synced, by the reason. */
    Map<String, Integer> notAllowed(Instant before) {
        var counts = new LinkedHashMap<String, Integer>();
        jdbc.sql(NOT_ALLOWED)
                .param("now", Times.utc(clock.instant()))
                .param("before", Times.utc(before))
                .query((row, n) -> Map.entry(row.getString(1), row.getInt(2)))
                .list()
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }
}
