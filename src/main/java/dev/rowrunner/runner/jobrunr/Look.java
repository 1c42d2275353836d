package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a worker reads to know where something waits: queues, limits, lanes, jobs that have become due. */
final class Look {

    private static final String QUEUES = """
            SELECT name, priority, paused, concurrency IS NOT NULL AS limited, rate_jobs IS NOT NULL AS rated
            FROM rowrunner.queue
            """;

    private static final String LIMITED_KINDS = "SELECT name FROM rowrunner.kind WHERE concurrency IS NOT NULL";

    private static final String UNIQUE_WHILE_WAITING = "SELECT name FROM rowrunner.kind WHERE unique_while = 'waiting'";

    /** Hops from tenant to tenant: its cost is in the lanes, however many jobs wait in them. */
    private static final String HEADS = """
            SELECT q.name AS queue, k.name AS kind, head.tenant, head.claim_key, head.id
            FROM unnest(:queues::text[]) AS q(name) CROSS JOIN unnest(:kinds::text[]) AS k(name)
            CROSS JOIN LATERAL (
                WITH RECURSIVE lane AS (
                    (SELECT j.tenant, j.claim_key, j.id FROM rowrunner.job j
                     WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = q.name AND j.kind = k.name
                     ORDER BY j.tenant, j.claim_key, j.id LIMIT 1)
                    UNION ALL
                    SELECT next.* FROM lane CROSS JOIN LATERAL (
                        SELECT j.tenant, j.claim_key, j.id FROM rowrunner.job j
                        WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = q.name AND j.kind = k.name
                          AND j.tenant > lane.tenant
                        ORDER BY j.tenant, j.claim_key, j.id LIMIT 1) AS next)
                SELECT * FROM lane) AS head
            """;

    private static final String PROMOTE =
            "SELECT queue, kind, tenant, min(claim_key) AS claim_key FROM rowrunner.promote(:now, :most) GROUP BY 1, 2, 3";

    private static final int MOST_PROMOTED = 1000;

    private final JdbcClient jdbc;

    Look(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The queues that there are. */
    Set<String> queueNames() {
        return jdbc.sql("SELECT name FROM rowrunner.queue ORDER BY name")
                .query(String.class)
                .set();
    }

    /** The queues that somebody listens to, and the limits. */
    Queues queues(Predicate<String> listens) {
        var byName = jdbc
                .sql(QUEUES)
                .query((row, n) -> new Queue(
                        row.getString("name"),
                        row.getInt("priority"),
                        row.getBoolean("paused"),
                        row.getBoolean("limited"),
                        row.getBoolean("rated")))
                .list()
                .stream()
                .filter(queue -> listens.test(queue.name()))
                .collect(Collectors.toMap(Queue::name, queue -> queue));
        return new Queues(byName, names(LIMITED_KINDS), names(UNIQUE_WHILE_WAITING));
    }

    private Set<String> names(String statement) {
        return Set.copyOf(jdbc.sql(statement).query(String.class).list());
    }

    /** The lanes that are not empty and the places of their first jobs, of open queues and the given kinds. */
    Map<Lane, Place> heads(Queues queues, Collection<String> kinds) {
        var heads = new HashMap<Lane, Place>();
        jdbc.sql(HEADS)
                .param(
                        "queues",
                        queues.all().stream()
                                .filter(queue -> !queue.paused())
                                .map(Queue::name)
                                .toArray(String[]::new))
                .param("kinds", kinds.toArray(String[]::new))
                .query(row -> {
                    heads.put(
                            new Lane(row.getString("queue"), row.getString("kind"), row.getString("tenant")),
                            new Place(
                                    row.getObject("claim_key", OffsetDateTime.class)
                                            .toInstant(),
                                    row.getObject("id", UUID.class)));
                });
        return heads;
    }

    /** Makes jobs that are due claimable. Answers their lanes with the first claim key of each. */
    Map<Lane, Instant> promote(Instant now) {
        var lanes = new HashMap<Lane, Instant>();
        jdbc.sql(PROMOTE)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("most", MOST_PROMOTED)
                .query(row -> {
                    lanes.put(
                            new Lane(row.getString("queue"), row.getString("kind"), row.getString("tenant")),
                            row.getObject("claim_key", OffsetDateTime.class).toInstant());
                });
        return lanes;
    }
}
