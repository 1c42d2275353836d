package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Lanes.Quota;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How many jobs of each concurrency key run. A job whose key is full is parked, where no claim looks, until one ends. */
final class ConcurrencyKeys {

    /** Of those that are new, such as nobody else is adding now: an insert would wait for his commit. */
    private static final String ADD_KEYS = """
            INSERT INTO rowrunner.concurrency_key (key)
            SELECT DISTINCT wanted.key FROM unnest(:keys::text[]) AS wanted(key)
            WHERE NOT EXISTS (SELECT FROM rowrunner.concurrency_key c WHERE c.key = wanted.key)
              AND pg_try_advisory_xact_lock('rowrunner.concurrency_key'::regclass::int, hashtext(wanted.key))
            ON CONFLICT DO NOTHING
            """;

    /** Those that another transaction has locked are left out: whoever claims waits for nobody. */
    private static final String LOCK_KEYS = """
            SELECT c.key, coalesce(k.key_concurrency, 1) - c.running AS room
            FROM rowrunner.concurrency_key c LEFT JOIN rowrunner.kind k ON k.name = split_part(c.key, ':', 1)
            WHERE c.key = ANY (:keys::text[]) ORDER BY c.key FOR UPDATE OF c SKIP LOCKED
            """;

    private static final String ENTER_KEYS = """
            UPDATE rowrunner.concurrency_key c SET running = c.running + e.n
            FROM (SELECT key, count(*) AS n FROM unnest(:keys::text[]) AS key GROUP BY key) AS e WHERE c.key = e.key
            """;

    /** With those behind them, lest a thousand jobs of one busy key be looked at one by one. */
    private static final String PARK = """
            UPDATE rowrunner.job SET parked = true
            WHERE id = ANY (ARRAY(
                SELECT ahead.id FROM (
                    SELECT j.id, j.concurrency_key FROM rowrunner.job j
                    WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = :queue AND j.kind = :kind AND j.tenant = :tenant
                      AND (j.claim_key, j.id) >= (:key, :id)
                    ORDER BY j.claim_key, j.id LIMIT 1000 FOR UPDATE SKIP LOCKED) AS ahead
                WHERE ahead.concurrency_key = ANY (:keys::text[])))
            """;

    private final JdbcClient jdbc;

    ConcurrencyKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks keys, and answers how many more jobs may run of each. Left out are those that others have locked. */
    Map<String, Integer> lock(Set<String> keys) {
        jdbc.sql(ADD_KEYS).param("keys", keys.toArray(String[]::new)).update();
        var room = new HashMap<String, Integer>();
        jdbc.sql(LOCK_KEYS).param("keys", keys.toArray(String[]::new)).query(row -> {
            room.put(row.getString("key"), Math.max(row.getInt("room"), 0));
        });
        return room;
    }

    /** @param keys locked ones, each as often as jobs of it begin */
    void enter(String[] keys) {
        jdbc.sql(ENTER_KEYS).param("keys", keys).update();
    }

    /** Parks what waits for these keys at the head of a lane. */
    void park(Quota quota, Set<String> keys) {
        jdbc.sql(PARK)
                .param("queue", quota.lane().queue())
                .param("kind", quota.lane().kind())
                .param("tenant", quota.lane().tenant())
                .param("key", quota.from().key().atOffset(ZoneOffset.UTC))
                .param("id", quota.from().id())
                .param("keys", keys.toArray(String[]::new))
                .update();
    }
}
