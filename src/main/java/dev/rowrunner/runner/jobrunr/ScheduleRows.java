package dev.rowrunner.runner.jobrunr;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Owns the table of schedules, as far as they are defined; the {@link Ticker} moves them on. */
@Component
@DependsOnDatabaseInitialization
class ScheduleRows {

    /** With removed ones, whose ids are taken. */
    private static final String FIND = """
            SELECT id, kind, args, cron, (extract(epoch FROM every) * 1000000)::bigint AS every, zone, enabled, misfire,
                   misfire_cap, (extract(epoch FROM grace) * 1000000)::bigint AS grace, overlap
            FROM rowrunner.schedule WHERE id = :id FOR UPDATE
            """;

    private static final String WRITE = """
            INSERT INTO rowrunner.schedule (id, kind, args, cron, every, zone, enabled, misfire, misfire_cap, grace, overlap)
            VALUES (:id, :kind, :args::jsonb, :cron, :every * interval '1 microsecond', :zone, :enabled, :misfire,
                    :misfireCap, :grace * interval '1 microsecond', :overlap)
            ON CONFLICT (id) DO UPDATE
            SET kind = excluded.kind, args = excluded.args, cron = excluded.cron, every = excluded.every,
                zone = excluded.zone, enabled = excluded.enabled, misfire = excluded.misfire,
                misfire_cap = excluded.misfire_cap, grace = excluded.grace, overlap = excluded.overlap,
                foreign_job = CASE WHEN excluded.kind IS NULL THEN schedule.foreign_job END, removed_at = NULL, removed_by = NULL
            """;

    /** A field that an operator edited stays; all of them do where the schedule was his before code declared it. */
    private static final String DECLARE = """
            WITH wanted AS (
                SELECT :id AS id, :kind AS kind, :args::jsonb AS args, :cron::text AS cron,
                       :every * interval '1 microsecond' AS every, :zone AS zone, :enabled::boolean AS enabled,
                       :misfire AS misfire, :misfireCap::int AS misfire_cap, :grace * interval '1 microsecond' AS grace,
                       :overlap AS overlap)
            INSERT INTO rowrunner.schedule AS s (id, kind, args, cron, every, zone, enabled, misfire, misfire_cap, grace,
                                                 overlap, declared)
            SELECT w.*, to_jsonb(w) - 'id' FROM wanted w
            ON CONFLICT (id) DO UPDATE
            SET kind = CASE WHEN rowrunner.is_kept(s, 'kind') THEN s.kind ELSE excluded.kind END,
                args = CASE WHEN rowrunner.is_kept(s, 'args') THEN s.args ELSE excluded.args END,
                cron = CASE WHEN rowrunner.is_kept(s, 'cron', 'every') THEN s.cron ELSE excluded.cron END,
                every = CASE WHEN rowrunner.is_kept(s, 'cron', 'every') THEN s.every ELSE excluded.every END,
                zone = CASE WHEN rowrunner.is_kept(s, 'zone') THEN s.zone ELSE excluded.zone END,
                enabled = CASE WHEN rowrunner.is_kept(s, 'enabled') THEN s.enabled ELSE excluded.enabled END,
                misfire = CASE WHEN rowrunner.is_kept(s, 'misfire', 'overlap') THEN s.misfire ELSE excluded.misfire END,
                misfire_cap = CASE WHEN rowrunner.is_kept(s, 'misfire_cap') THEN s.misfire_cap ELSE excluded.misfire_cap END,
                grace = CASE WHEN rowrunner.is_kept(s, 'grace') THEN s.grace ELSE excluded.grace END,
                overlap = CASE WHEN rowrunner.is_kept(s, 'misfire', 'overlap') THEN s.overlap ELSE excluded.overlap END,
                edited = CASE WHEN s.declared IS NULL
                              THEN '{args,cron,enabled,every,grace,kind,misfire,misfire_cap,overlap,zone}' ELSE s.edited END,
                removed_at = CASE WHEN s.removed_by = 'operator' THEN s.removed_at END,
                removed_by = CASE WHEN s.removed_by = 'operator' THEN s.removed_by END,
                declared = excluded.declared
            WHERE s.declared IS DISTINCT FROM excluded.declared OR s.removed_by = 'code'
            """;

    private static final String REMOVE_UNDECLARED = """
            UPDATE rowrunner.schedule SET removed_at = clock_timestamp(), removed_by = 'code'
            WHERE declared IS NOT NULL AND removed_at IS NULL AND id <> ALL (:declared::text[])
            """;

    private static final String DECLARING = "SELECT set_config('rowrunner.declaring', 'on', true)";

    private final JdbcClient jdbc;

    ScheduleRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Definition> find(String id) {
        return jdbc.sql(FIND).param("id", id).query((row, n) -> definition(row)).optional();
    }

    private static Definition definition(ResultSet row) throws SQLException {
        return new Definition(
                row.getString("id"),
                row.getString("kind"),
                row.getString("args"),
                row.getString("cron"),
                micros(row, "every"),
                row.getString("zone"),
                row.getBoolean("enabled"),
                row.getString("misfire"),
                row.getInt("misfire_cap"),
                Duration.of(row.getLong("grace"), ChronoUnit.MICROS),
                row.getString("overlap"));
    }

    static @Nullable Duration micros(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? null : Duration.of(micros, ChronoUnit.MICROS);
    }

    /** As an operator: fields that differ are his from now on. */
    void write(Definition definition) {
        params(jdbc.sql(WRITE), definition).update();
    }

    /** In a transaction of the caller's. Schedules that are declared no longer are taken out of use. */
    void declare(List<Definition> definitions) {
        jdbc.sql(DECLARING).query(String.class).single();
        definitions.forEach(definition -> params(jdbc.sql(DECLARE), definition).update());
        jdbc.sql(REMOVE_UNDECLARED)
                .param("declared", definitions.stream().map(Definition::id).toArray(String[]::new))
                .update();
    }

    private static JdbcClient.StatementSpec params(JdbcClient.StatementSpec statement, Definition definition) {
        return statement
                .param("id", definition.id())
                .param("kind", definition.kind())
                .param("args", definition.args())
                .param("cron", definition.cron())
                .param("every", definition.every() == null ? null : micros(definition.every()))
                .param("zone", definition.zone())
                .param("enabled", definition.enabled())
                .param("misfire", definition.misfire())
                .param("misfireCap", definition.misfireCap())
                .param("grace", micros(definition.grace()))
                .param("overlap", definition.overlap());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
