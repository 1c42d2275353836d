package dev.rowrunner.admin;

import dev.rowrunner.runner.Refused;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** What operators read and do of queues, over HTTP and in a terminal. Workers see a change at once. */
@Repository
class QueueRecords {

    static final String NAME = "[a-z][a-z0-9_-]{0,62}";
    static final String NAME_RULE =
            "must have 1 to 63 lower-case letters, digits, hyphens or underscores, a letter first";

    private static final String READ = """
            SELECT q.name, q.priority, q.paused, q.concurrency, q.rate_jobs, extract(epoch FROM q.rate_interval) AS rate_seconds,
                   q.enqueued, q.scheduled, q.running, q.dead_letters, q.oldest_ready_at,
                   extract(epoch FROM clock_timestamp() - q.oldest_ready_at)::bigint AS oldest_age,
                   ARRAY(SELECT w.name FROM rowrunner.worker w
                         WHERE rowrunner.is_live(w) AND (w.queues IS NULL OR q.name = ANY (w.queues)) ORDER BY w.name) AS workers
            FROM queues q
            """;

    private static final String LIST = READ + " ORDER BY q.priority DESC, q.name LIMIT :limit OFFSET :offset";
    private static final String ONE = READ + " WHERE q.name = :name";

    private static final String NAMES = "SELECT name FROM rowrunner.queue ORDER BY name";

    private static final String PAUSE = "UPDATE rowrunner.queue SET paused = :paused WHERE name = :name";

    private static final String MAKE =
            "INSERT INTO rowrunner.queue (name) VALUES (:name) ON CONFLICT (name) DO NOTHING";

    private static final String CHANGE = """
            UPDATE rowrunner.queue
            SET concurrency = CASE WHEN :setConcurrency THEN :concurrency ELSE concurrency END,
                rate_jobs = CASE WHEN :setRate THEN :rateJobs ELSE rate_jobs END,
                rate_interval = CASE WHEN :setRate THEN :rateMillis * interval '1 millisecond' ELSE rate_interval END,
                priority = CASE WHEN :setPriority THEN coalesce(:priority, 0) ELSE priority END
            WHERE name = :name
            """;

    private final JdbcClient jdbc;

    QueueRecords(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** So many jobs start in so much time, on average. */
    record Rate(int jobs, Duration per) {}

    /**
     * A queue and what happens in it.
     *
     * @param concurrency jobs that run at once, in the whole cluster; null: no limit
     * @param depth jobs that are ready and wait
     * @param oldestReadyAt of those that may be claimed next
     * @param scheduled jobs that wait for later
     * @param workers live ones that listen to it
     */
    record Queue(
            String name,
            int priority,
            boolean paused,
            @Nullable Integer concurrency,
            @Nullable Rate rate,
            long depth,
            @Nullable Instant oldestReadyAt,
            @Nullable Long oldestAgeSeconds,
            long scheduled,
            long running,
            long deadLetters,
            List<String> workers) {}

    List<Queue> list(int offset, int limit) {
        return jdbc.sql(LIST)
                .param("offset", offset)
                .param("limit", limit)
                .query((row, n) -> queue(row))
                .list();
    }

    Optional<Queue> find(String name) {
        return jdbc.sql(ONE).param("name", name).query((row, n) -> queue(row)).optional();
    }

    private static Queue queue(ResultSet row) throws SQLException {
        var oldest = row.getObject("oldest_ready_at", OffsetDateTime.class);
        return new Queue(
                row.getString("name"),
                row.getInt("priority"),
                row.getBoolean("paused"),
                row.getObject("concurrency", Integer.class),
                rate(row),
                row.getLong("enqueued"),
                oldest == null ? null : oldest.toInstant(),
                row.getObject("oldest_age", Long.class),
                row.getLong("scheduled"),
                row.getLong("running"),
                row.getLong("dead_letters"),
                texts(row.getArray("workers")));
    }

    private static @Nullable Rate rate(ResultSet row) throws SQLException {
        var seconds = row.getBigDecimal("rate_seconds");
        return seconds == null
                ? null
                : new Rate(
                        row.getInt("rate_jobs"),
                        Duration.ofMillis(seconds.movePointRight(3).longValue()));
    }

    private static List<String> texts(Array names) throws SQLException {
        return List.of((String[]) names.getArray());
    }

    List<String> names() {
        return jdbc.sql(NAMES).query(String.class).list();
    }

    /** Answers false where it existed. */
    @Transactional
    boolean make(String name) {
        return jdbc.sql(MAKE).param("name", name).update() == 1;
    }

    @Transactional
    void pause(String name, boolean paused) {
        requireChanged(
                name,
                jdbc.sql(PAUSE).param("paused", paused).param("name", name).update());
    }

    /** Changes what the change names; what it does not name stays. */
    @Transactional
    void change(String name, QueueChange change) {
        var rate = change.rate();
        requireChanged(
                name,
                jdbc.sql(CHANGE)
                        .param("name", name)
                        .param("setConcurrency", change.names("concurrency"))
                        .param("concurrency", change.concurrency())
                        .param("setRate", change.names("rate"))
                        .param("rateJobs", rate == null ? null : rate.jobs())
                        .param("rateMillis", rate == null ? null : rate.per().toMillis())
                        .param("setPriority", change.names("priority"))
                        .param("priority", change.priority())
                        .update());
    }

    /** Makes the queue, or sets it to just this. Answers whether it was made. */
    @Transactional
    boolean put(String name, QueueChange whole) {
        boolean made = make(name);
        change(name, whole.namingAll());
        return made;
    }

    private void requireChanged(String name, int changed) {
        if (changed == 0) {
            throw noQueue(name);
        }
    }

    Refused noQueue(String name) {
        return Refused.notFound("Queue '" + name + "' does not exist; there are " + String.join(", ", names()) + ".");
    }
}
