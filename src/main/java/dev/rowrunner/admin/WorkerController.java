package dev.rowrunner.admin;

import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Workers over HTTP. */
@RestController
@RequestMapping("/api/workers")
class WorkerController {

    /** A beat of infinity is no time to show. */
    private static final String LIST = """
            SELECT w.id, w.name, rowrunner.is_live(w) AS live, w.queues, w.kinds, w.slots, w.running, w.stuck, w.started_at,
                   CASE WHEN isfinite(w.beat_at) THEN w.beat_at END AS beat_at, w.ended_at, w.ended_by
            FROM rowrunner.worker w WHERE :ended OR w.ended_at IS NULL
            ORDER BY w.ended_at DESC NULLS FIRST, w.id DESC LIMIT :limit OFFSET :offset
            """;

    private final JdbcClient jdbc;

    WorkerController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * One life of a worker.
     *
     * @param live whether it claims: it is heard of, and is not stopping
     * @param queues what it listens to; null: every queue
     * @param stuck attempts that go on though they were interrupted
     * @param endedBy why it ended, or that it is stopping
     */
    record Worker(
            int id,
            String name,
            boolean live,
            @Nullable List<String> queues,
            List<String> kinds,
            int slots,
            int running,
            int stuck,
            Instant startedAt,
            @Nullable Instant beatAt,
            @Nullable Instant endedAt,
            @Nullable String endedBy) {}

    /** Those that have not ended; with {@code ended=true} also those of the last 30 days that have. */
    @Summary("Workers, and what they do")
    @GetMapping
    Page<Worker> list(@RequestParam(defaultValue = "false") boolean ended, @Valid Paging paging) {
        return paging.of(jdbc.sql(LIST)
                .param("ended", ended)
                .param("limit", paging.limit())
                .param("offset", paging.offset())
                .query((row, n) -> worker(row))
                .list());
    }

    private static Worker worker(ResultSet row) throws SQLException {
        var queues = row.getArray("queues");
        return new Worker(
                row.getInt("id"),
                row.getString("name"),
                row.getBoolean("live"),
                queues == null ? null : texts(queues),
                texts(row.getArray("kinds")),
                row.getInt("slots"),
                row.getInt("running"),
                row.getInt("stuck"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                instant(row, "beat_at"),
                instant(row, "ended_at"),
                row.getString("ended_by"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static List<String> texts(Array names) throws SQLException {
        return List.of((String[]) names.getArray());
    }
}
