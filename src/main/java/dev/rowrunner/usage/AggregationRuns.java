package dev.rowrunner.usage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The log of aggregation runs. A run without an end was killed, or is under way. */
@Repository
class AggregationRuns {

    private static final String START = """
            INSERT INTO usage.aggregation_run (job_id, scope, usage_date, merchant_id, started_at)
            VALUES (:job, :scope, :date, :merchant, :now) RETURNING id
            """;

    private static final String FINISH = """
            UPDATE usage.aggregation_run
            SET finished_at = :now, keys_seen = :keys, rows_changed = :rows, errors = :errors, failure = :failure
            WHERE id = :id
            """;

    private static final String LAST = """
            SELECT started_at, finished_at, keys_seen, rows_changed, errors, failure FROM usage.aggregation_run
            WHERE usage_date = :date OR scope = 'all' ORDER BY started_at DESC LIMIT 1
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    AggregationRuns(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    long start(RunScope scope, @Nullable UUID job) {
        return jdbc.sql(START)
                .param("job", job)
                .param("scope", scope.name())
                .param("date", scope.date())
                .param("merchant", scope.merchant())
                .param("now", now())
                .query(Long.class)
                .single();
    }

    /** @param failure why the run ended early, or null */
    void finish(long id, Tally.Result result, @Nullable String failure) {
        jdbc.sql(FINISH)
                .param("id", id)
                .param("now", now())
                .param("keys", result.keysSeen())
                .param("rows", result.rowsChanged())
                .param("errors", result.errors())
                .param("failure", failure)
                .update();
    }

    record LastRun(
            Instant startedAt,
            @Nullable Instant finishedAt,
            long keysSeen,
            long rowsChanged,
            long errors,
            @Nullable String failure) {}

    /** The last run that searched for keys of this date. */
    Optional<LastRun> last(LocalDate date) {
        return jdbc.sql(LAST)
                .param("date", date)
                .query((row, n) -> new LastRun(
                        row.getObject(1, OffsetDateTime.class).toInstant(),
                        instant(row.getObject(2, OffsetDateTime.class)),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getString(6)))
                .optional();
    }

    void prune(Duration keep) {
        jdbc.sql("DELETE FROM usage.aggregation_run WHERE started_at < :before")
                .param("before", Objects.requireNonNull(now()).minus(keep))
                .update();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
