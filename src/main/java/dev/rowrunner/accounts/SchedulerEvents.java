package dev.rowrunner.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.postgres.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Tells of each look for stale accounts. */
@Repository
class SchedulerEvents {

    /** Another attempt of the same run counts on. */
    private static final String START = """
            INSERT INTO accounts.scheduler_event (job_id, started_at) VALUES (:job, :now) ON CONFLICT (job_id) DO NOTHING
            """;

    private static final String ADD = """
            UPDATE accounts.scheduler_event SET stale = stale + :stale, enqueued = enqueued + :enqueued WHERE job_id = :job
            """;

    private static final String FINISH = """
            UPDATE accounts.scheduler_event SET finished_at = :now, skipped = :skipped::jsonb WHERE job_id = :job
            """;

    private static final String NEWEST = """
            SELECT job_id, started_at, finished_at, stale, enqueued, skipped FROM accounts.scheduler_event
            ORDER BY started_at DESC LIMIT :limit
            """;

    private static final String PRUNE = "DELETE FROM accounts.scheduler_event WHERE started_at < :before";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    SchedulerEvents(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** @param skipped how many stale accounts got no job, by the reason */
    record Event(
            @JsonProperty("job_id") UUID jobId,
            @JsonProperty("started_at") Instant startedAt,
            @JsonProperty("finished_at") @Nullable Instant finishedAt,
            int stale,
            int enqueued,
            Map<String, Integer> skipped) {}

    void start(UUID job) {
        jdbc.sql(START)
                .param("job", job)
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    void add(UUID job, StaleAccounts.Batch batch) {
        jdbc.sql(ADD)
                .param("job", job)
                .param("stale", batch.stale())
                .param("enqueued", batch.enqueued())
                .update();
    }

    void finish(UUID job, Map<String, Integer> skipped) {
        jdbc.sql(FINISH)
                .param("job", job)
                .param("skipped", json.writeValueAsString(skipped))
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    List<Event> newest(int limit) {
        return jdbc.sql(NEWEST)
                .param("limit", limit)
                .query((row, n) -> event(row))
                .list();
    }

    private Event event(ResultSet row) throws SQLException {
        return new Event(
                row.getObject("job_id", UUID.class),
                Times.known(row, "started_at"),
                Times.instant(row, "finished_at"),
                row.getInt("stale"),
                row.getInt("enqueued"),
                json.readValue(row.getString("skipped"), new TypeReference<Map<String, Integer>>() {}));
    }

    void pruneBefore(Instant before) {
        jdbc.sql(PRUNE).param("before", Times.utc(before)).update();
    }
}
