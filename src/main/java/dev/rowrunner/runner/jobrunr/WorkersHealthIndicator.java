package dev.rowrunner.runner.jobrunr;

import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Counts the workers that are alive on this database, in whatever process, and names what waits where none of them
 * looks. Without one, jobs wait for ever.
 */
@Component
class WorkersHealthIndicator implements HealthIndicator {

    private static final String ALIVE = """
            SELECT count(*) FROM rowrunner.worker
            WHERE ended_at IS NULL AND ended_by IS NULL AND beat_at > clock_timestamp() - interval '10 seconds'
            """;

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

    private final EngineDatabase database;

    WorkersHealthIndicator(EngineDatabase database) {
        this.database = database;
    }

    @Override
    public Health health() {
        try {
            return ask();
        } catch (DataAccessException e) {
            return Health.down()
                    .withDetail("reason", "Not known while the database does not answer")
                    .build();
        }
    }

    private Health ask() {
        long alive = database.jdbc().sql(ALIVE).query(Long.class).single();
        var unheard = unheard();
        var health = alive > 0 && unheard.isEmpty() ? Health.up() : Health.down();
        health.withDetail("alive", alive);
        if (alive == 0) {
            health.withDetail("reason", "No worker has beaten for ten seconds: start one, or see its log");
        } else if (!unheard.isEmpty()) {
            health.withDetail("reason", "Jobs wait where no live worker looks").withDetail("waiting", unheard);
        }
        return health.build();
    }

    /** What waits in queues that no live worker listens to, or for kinds that none has a handler for. */
    private List<Map<String, String>> unheard() {
        return database.jdbc()
                .sql(UNHEARD)
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
