package dev.rowrunner.chaos;

import dev.rowrunner.testing.JobCounts;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the traces of all attempts say about the promises. */
final class Verdict {

    private static final String EVENTS =
            "CREATE TABLE chaos_event (blow text, worker text, began timestamptz, ended timestamptz)";

    private static final String ACKNOWLEDGED = "CREATE TABLE chaos_enqueued (job uuid PRIMARY KEY)";

    private static final String LOST = """
            SELECT e.job FROM chaos_enqueued e LEFT JOIN rowrunner.job j ON j.id = e.job
            WHERE j.id IS NULL OR j.state <> CASE WHEN j.kind = 'chaos.doomed' THEN 'FAILED' ELSE 'SUCCEEDED' END
            """;

    /** An attempt without an end lasted until its process was killed; one that was interrupted, for ever. */
    private static final String OVERLAPPING = """
            CREATE VIEW chaos_overlap AS
            SELECT a.job, a.lease, a.worker, b.lease AS next_lease, b.worker AS next_worker, a.began, a.ended, b.began AS next_began
            FROM chaos_attempt a JOIN chaos_attempt b ON b.job = a.job AND b.lease > a.lease
            WHERE b.began < coalesce(a.ended, (SELECT e.ended FROM chaos_event e
                                               WHERE e.worker = a.worker AND e.blow IN ('KILL', 'TERMINATE')), 'infinity')
            """;

    /** It learns of its loss with its first beat after the thaw. */
    private static final String FROZEN = """
            EXISTS (SELECT FROM chaos_event e
                    WHERE e.worker = o.worker AND e.blow = 'FREEZE_BEYOND_THE_LEASE'
                      AND o.began < e.ended + :lease * interval '0.5 ms' AND o.next_began > e.began + :lease * interval '0.5 ms')
            """;

    /** A success is that of the last attempt, which has an end, by the worker that the job names. */
    private static final String WRONGLY_COMPLETED = """
            SELECT j.id FROM rowrunner.job j JOIN rowrunner.worker w ON w.id = j.worker
            LEFT JOIN chaos_attempt a ON a.job = j.id AND a.lease = j.version - 1
            WHERE j.state = 'SUCCEEDED' AND j.kind LIKE 'chaos.%'
              AND (a.ended IS NULL OR a.worker <> w.name
                   OR EXISTS (SELECT FROM chaos_attempt later WHERE later.job = j.id AND later.lease >= j.version))
            """;

    private static final String HELD = """
            SELECT scope || ' by worker ' || worker FROM rowrunner.limit_slot WHERE worker IS NOT NULL
            UNION ALL SELECT key FROM rowrunner.concurrency_key WHERE running <> 0
            UNION ALL SELECT id::text FROM rowrunner.job WHERE parked
            """;

    private static final String AFTER_KILLS = """
            SELECT extract(epoch FROM min(b.began) - e.ended)
            FROM chaos_event e JOIN chaos_attempt a ON a.worker = e.worker AND a.ended IS NULL
            JOIN chaos_attempt b ON b.job = a.job AND b.lease > a.lease
            WHERE e.blow = 'KILL' GROUP BY e.ended ORDER BY 1
            """;

    private static final String AFTER_RESTARTS = """
            SELECT extract(epoch FROM (SELECT min(began) FROM chaos_attempt WHERE began > e.ended) - e.ended)
            FROM chaos_event e WHERE e.blow = 'RESTART_DATABASE' ORDER BY 1
            """;

    private final JdbcClient jdbc;
    private final Duration lease;

    Verdict(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    void prepare() {
        List.of(TracingHandler.TABLE, EVENTS, ACKNOWLEDGED, OVERLAPPING)
                .forEach(statement -> jdbc.sql(statement).update());
    }

    int liveWorkers() {
        return number("SELECT count(*) FROM rowrunner.worker WHERE ended_at IS NULL");
    }

    int unfinished() {
        return number("SELECT count(*) FROM rowrunner.job WHERE state NOT IN ('SUCCEEDED', 'FAILED')");
    }

    void hear(List<UUID> acknowledged, List<Chaos.Event> events) {
        jdbc.sql("INSERT INTO chaos_enqueued SELECT unnest(:jobs::uuid[])")
                .param("jobs", acknowledged.stream().map(UUID::toString).toArray(String[]::new))
                .update();
        events.forEach(event -> jdbc.sql("INSERT INTO chaos_event VALUES (:blow, :worker, :began, :ended)")
                .param("blow", event.blow().name())
                .param("worker", event.worker())
                .param("began", Timestamp.from(event.began()))
                .param("ended", Timestamp.from(event.ended()))
                .update());
    }

    /** What was promised and not kept; each with what it happened to. */
    Map<String, List<String>> complaints() {
        var found = Map.of(
                "lost", texts(LOST),
                "overlapping", texts("SELECT o::text FROM chaos_overlap o WHERE NOT " + FROZEN),
                "completed with a lost lease", texts(WRONGLY_COMPLETED),
                "limits still held", texts(HELD),
                "counted wrongly", JobCounts.wrong(jdbc));
        return found.entrySet().stream()
                .filter(complaint -> !complaint.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    String report() {
        return """
                jobs acknowledged: %d, stored: %d, succeeded: %d, dead letters by design: %d, lost: %d
                attempts: %d, without an end: %d; overlapping: %d, of them with a frozen one: %d
                blows: %s
                seconds from a kill to the first of its jobs elsewhere: %s
                seconds from the database's return to the first attempt: %s""".formatted(
                number("SELECT count(*) FROM chaos_enqueued"),
                number("SELECT count(*) FROM rowrunner.job WHERE kind LIKE 'chaos.%'"),
                number("SELECT count(*) FROM rowrunner.job WHERE state = 'SUCCEEDED' AND kind LIKE 'chaos.%'"),
                number("SELECT count(*) FROM rowrunner.job WHERE state = 'FAILED' AND kind = 'chaos.doomed'"),
                texts(LOST).size(),
                number("SELECT count(*) FROM chaos_attempt"),
                number("SELECT count(*) FROM chaos_attempt WHERE ended IS NULL"),
                number("SELECT count(*) FROM chaos_overlap"),
                texts("SELECT o::text FROM chaos_overlap o WHERE " + FROZEN).size(),
                texts("SELECT blow || ' ' || count(*) FROM chaos_event GROUP BY blow ORDER BY blow"),
                texts(AFTER_KILLS),
                texts(AFTER_RESTARTS));
    }

    private int number(String query) {
        return jdbc.sql(query).query(Integer.class).single();
    }

    private List<String> texts(String query) {
        var statement = jdbc.sql(query);
        return (query.contains(":lease") ? statement.param("lease", lease.toMillis()) : statement)
                .query(String.class)
                .list();
    }
}
