package dev.rowrunner.runner.jobrunr;

import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What waits in queues that no live worker listens to, or for kinds that none has a handler for. It would for ever. */
record Unheard(JdbcClient jdbc) {

    /** Hops from lane to lane, so that its cost is not in the jobs. */
    private static final String UNHEARD = """
            WITH RECURSIVE lane AS (
                (SELECT queue, kind FROM rowrunner.job WHERE state = 'ENQUEUED' AND NOT parked ORDER BY queue, kind LIMIT 1)
                UNION ALL
                SELECT next.* FROM lane CROSS JOIN LATERAL (
                    SELECT j.queue, j.kind FROM rowrunner.job j
                    WHERE j.state = 'ENQUEUED' AND NOT j.parked AND (j.queue, j.kind) > (lane.queue, lane.kind)
                    ORDER BY j.queue, j.kind LIMIT 1) AS next)
            SELECT lane.queue, lane.kind, count(w.id) > 0 AS heard
            FROM lane LEFT JOIN rowrunner.worker w
                ON w.ended_at IS NULL AND (w.queues IS NULL OR lane.queue = ANY (w.queues))
            GROUP BY lane.queue, lane.kind
            HAVING bool_or(lane.kind = ANY (w.kinds)) IS NOT TRUE
            """;

    /** For each queue and kind the reason. */
    List<Map<String, String>> jobs() {
        return jdbc.sql(UNHEARD)
                .query((row, n) -> Map.of(
                        "queue", row.getString("queue"),
                        "kind", row.getString("kind"),
                        "reason",
                                row.getBoolean("heard")
                                        ? "no live worker has a handler for this kind"
                                        : "no live worker listens to this queue"))
                .list();
    }
}
