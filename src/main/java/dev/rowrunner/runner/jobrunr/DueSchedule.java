package dev.rowrunner.runner.jobrunr;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link Ticker} knows of a schedule that is due.
 *
 * @param highWater every time up to this is decided; null: it was never looked at
 * @param unfinished an earlier run that has not ended
 * @param coalescing the job of a catching up that is under way
 */
record DueSchedule(
        String id,
        @Nullable String cron,
        @Nullable Duration every,
        String zone,
        boolean enabled,
        String misfire,
        int misfireCap,
        Duration grace,
        boolean mayOverlap,
        @Nullable Instant highWater,
        @Nullable UUID unfinished,
        @Nullable UUID coalescing) {

    static final String SELECT = """
            SELECT id, cron, (extract(epoch FROM every) * 1000000)::bigint AS every, zone, enabled, misfire, misfire_cap,
                   (extract(epoch FROM grace) * 1000000)::bigint AS grace, overlap = 'allow' AS may_overlap, high_water,
                   (SELECT j.id FROM rowrunner.job j
                    WHERE j.recurring_id = s.id AND j.state IN ('ENQUEUED', 'PROCESSING', 'SCHEDULED', 'AWAITING')
                    LIMIT 1) AS unfinished,
                   (SELECT r.job_id FROM rowrunner.schedule_run r
                    WHERE r.schedule_id = s.id AND r.due_at = s.high_water AND r.decision = 'coalesced') AS coalescing
            FROM rowrunner.schedule s
            """;

    static DueSchedule of(ResultSet row) throws SQLException {
        var highWater = row.getObject("high_water", OffsetDateTime.class);
        return new DueSchedule(
                row.getString("id"),
                row.getString("cron"),
                ScheduleRows.micros(row, "every"),
                row.getString("zone"),
                row.getBoolean("enabled"),
                row.getString("misfire"),
                row.getInt("misfire_cap"),
                Duration.of(row.getLong("grace"), ChronoUnit.MICROS),
                row.getBoolean("may_overlap"),
                highWater == null ? null : highWater.toInstant(),
                row.getObject("unfinished", UUID.class),
                row.getObject("coalescing", UUID.class));
    }

    Timing timing() {
        return Timing.of(cron, every, zone);
    }
}
