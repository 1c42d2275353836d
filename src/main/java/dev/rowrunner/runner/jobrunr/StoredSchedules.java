package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.ScheduleEdit;
import dev.rowrunner.runner.Schedules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The schedules for those who operate them: reads the views, and writes by the functions that SQL users call. */
@Component
@Transactional
class StoredSchedules implements Schedules {

    private static final String ENTRY = """
            SELECT s.*, (extract(epoch FROM s.every) * 1000000)::bigint AS every_micros,
                   (extract(epoch FROM s.grace) * 1000000)::bigint AS grace_micros,
                   s.declared - 'misfire_cap' || jsonb_build_object(
                       'misfireCap', s.declared -> 'misfire_cap',
                       'every', rowrunner.iso_duration((s.declared ->> 'every')::interval),
                       'grace', rowrunner.iso_duration((s.declared ->> 'grace')::interval)) AS declared_here,
                   r.decided_at AS last_decided
            FROM schedules s LEFT JOIN rowrunner.schedule_run r ON r.schedule_id = s.id AND r.due_at = s.last_due
            """;

    private static final String RUNS = """
            SELECT due_at, decided_at, decision, job_id, note FROM schedule_runs
            WHERE schedule_id = :id ORDER BY due_at DESC LIMIT :limit OFFSET :offset
            """;

    private static final String SECRETS = "SELECT unnest(secret_args) FROM rowrunner.kind WHERE name = :kind";

    /** Of so many the nearest to an unknown id is named. */
    private static final String SOME_IDS =
            "SELECT id FROM rowrunner.schedule WHERE removed_at IS NULL ORDER BY id LIMIT 1000";

    private static final int MOST_PREVIEWED = 1000;

    private final JdbcClient jdbc;
    private final ScheduleRows rows;
    private final ScheduleArgs scheduleArgs;
    private final JsonArgs jsonArgs;
    private final Clock clock;

    StoredSchedules(JdbcClient jdbc, ScheduleRows rows, ScheduleArgs scheduleArgs, JsonArgs jsonArgs, Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.scheduleArgs = scheduleArgs;
        this.jsonArgs = jsonArgs;
        this.clock = clock;
    }

    // ---- looking

    @Override
    public List<Entry> list(int limit, long offset) {
        return jdbc.sql(ENTRY + "ORDER BY s.id LIMIT :limit OFFSET :offset")
                .param("limit", limit)
                .param("offset", offset)
                .query((row, n) -> entry(row))
                .list();
    }

    @Override
    public Optional<Entry> find(String id) {
        return jdbc.sql(ENTRY + "WHERE s.id = :id")
                .param("id", id)
                .query((row, n) -> entry(row))
                .optional();
    }

    private Entry known(String id) {
        return find(id).orElseThrow(() -> unknown(id));
    }

    private NoSuchElementException unknown(String id) {
        var ids = jdbc.sql(SOME_IDS).query(String.class).list();
        return new NoSuchElementException("There is no schedule '" + id + "'" + Nearest.to(id, ids));
    }

    private Entry entry(ResultSet row) throws SQLException {
        var kind = row.getString("kind");
        var declared = row.getString("declared_here");
        return new Entry(
                row.getString("id"),
                kind.equals("jobrunr") ? null : kind,
                jsonArgs.map(row.getString("args")),
                row.getString("cron"),
                ScheduleRows.micros(row, "every_micros"),
                row.getString("zone"),
                row.getBoolean("enabled"),
                row.getString("misfire"),
                row.getInt("misfire_cap"),
                Objects.requireNonNull(ScheduleRows.micros(row, "grace_micros")),
                row.getString("overlap"),
                declared == null ? null : jsonArgs.map(declared),
                Arrays.asList((String[]) row.getArray("edited").getArray()),
                instant(row, "next_due"),
                last(row),
                row.getString("error"),
                Objects.requireNonNull(instant(row, "changed_at")));
    }

    private static @Nullable Run last(ResultSet row) throws SQLException {
        var due = instant(row, "last_due");
        return due == null
                ? null
                : new Run(
                        due,
                        Objects.requireNonNull(instant(row, "last_decided")),
                        row.getString("last_decision"),
                        row.getObject("last_job", UUID.class),
                        row.getString("last_note"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    // ---- changing

    @Override
    public Entry put(String id, ScheduleEdit edit) {
        rows.write(rows.find(id).map(known -> changed(known, edit)).orElseGet(() -> made(id, edit)));
        return known(id);
    }

    private Definition made(String id, ScheduleEdit edit) {
        return Definition.of(id, edit.kind(), scheduleArgs.checked(edit.kind(), args(edit)), edit);
    }

    private static Map<String, @Nullable Object> args(ScheduleEdit edit) {
        return edit.args() == null ? Map.of() : edit.args();
    }

    private Definition changed(Definition known, ScheduleEdit edit) {
        if (edit.kind() == null && edit.args() == null) {
            return known.with(known.kind(), known.args(), edit);
        }
        var kind = edit.kind() == null ? known.kind() : edit.kind();
        var args = args(known, Objects.equals(kind, known.kind()), edit.args());
        return known.with(kind, scheduleArgs.checked(kind, args), edit);
    }

    /** Whoever gives back a secret as he was shown it means the stored one. With another kind it might be shown. */
    private Map<String, @Nullable Object> args(
            Definition known, boolean sameKind, @Nullable Map<String, @Nullable Object> given) {
        var stored = jsonArgs.map(known.args());
        var secrets = jdbc.sql(SECRETS).param("kind", known.kind()).query(String.class).list().stream()
                .filter(stored::containsKey)
                .toList();
        if (!sameKind && given == null && !secrets.isEmpty()) {
            throw new InvalidSchedule(
                    "args",
                    "args must be given with another kind: those of kind '" + known.kind() + "' hold secrets ("
                            + String.join(", ", secrets) + "), which the new one might show");
        }
        if (given == null) {
            return stored;
        }
        var args = new LinkedHashMap<>(given);
        if (sameKind) {
            secrets.forEach(secret -> args.computeIfPresent(
                    secret, (name, value) -> Redaction.MASK.equals(value) ? stored.get(name) : value));
        }
        return args;
    }

    @Override
    public void remove(String id) {
        boolean removed = jdbc.sql("SELECT rowrunner.remove_schedule(:id)")
                .param("id", id)
                .query(Boolean.class)
                .single();
        if (!removed) {
            throw unknown(id);
        }
    }

    @Override
    public Entry reset(String id) {
        var declared = jdbc.sql("SELECT declared IS NOT NULL FROM rowrunner.schedule WHERE id = :id AND"
                        + " removed_by IS DISTINCT FROM 'code'")
                .param("id", id)
                .query(Boolean.class)
                .optional()
                .orElseThrow(() -> unknown(id));
        if (!declared) {
            throw new InvalidSchedule(
                    "id", "id must be of a schedule that code or configuration declares, was '" + id + "'");
        }
        jdbc.sql("SELECT rowrunner.reset_schedule(:id)::text")
                .param("id", id)
                .query(String.class)
                .optional();
        return known(id);
    }

    @Override
    public Entry setEnabled(String id, boolean enabled) {
        known(id);
        jdbc.sql("UPDATE rowrunner.schedule SET enabled = :enabled WHERE id = :id AND enabled <> :enabled")
                .param("enabled", enabled)
                .param("id", id)
                .update();
        return known(id);
    }

    @Override
    public UUID trigger(String id) {
        known(id);
        return jdbc.sql("SELECT rowrunner.trigger_schedule(:id, at => :now)")
                .param("id", id)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(UUID.class)
                .single();
    }

    // ---- what will be, and what was

    @Override
    public List<Due> next(String id, int count) {
        var entry = known(id);
        return times(Timing.of(entry.cron(), entry.every(), entry.zone()), ZoneId.of(entry.zone()), count);
    }

    @Override
    public List<Due> preview(ScheduleEdit timing, int count) {
        var checked = Definition.of("preview", null, "{}", timing);
        return times(Timing.of(checked.cron(), checked.every(), checked.zone()), ZoneId.of(checked.zone()), count);
    }

    private List<Due> times(Timing timing, ZoneId zone, int count) {
        if (count < 1 || count > MOST_PREVIEWED) {
            throw new InvalidSchedule("count", "count must be from 1 to " + MOST_PREVIEWED + ", was " + count);
        }
        var times = new ArrayList<Due>();
        var from = clock.instant();
        for (int i = 0; i < count; i++) {
            var tick = timing.after(from);
            times.add(new Due(
                    tick.due(), tick.due().atZone(zone).toOffsetDateTime().toString(), tick.note()));
            from = tick.due();
        }
        return times;
    }

    @Override
    public List<Run> runs(String id, int limit, long offset) {
        return jdbc.sql(RUNS)
                .param("id", id)
                .param("limit", limit)
                .param("offset", offset)
                .query((row, n) -> new Run(
                        Objects.requireNonNull(instant(row, "due_at")),
                        Objects.requireNonNull(instant(row, "decided_at")),
                        row.getString("decision"),
                        row.getObject("job_id", UUID.class),
                        row.getString("note")))
                .list();
    }
}
