package dev.rowrunner.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.rowrunner.admin.JobStory.Attempt;
import dev.rowrunner.admin.JobStory.Progress;
import dev.rowrunner.runner.Kinds;
import dev.rowrunner.runner.Refused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.SimplePropertyRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** What operators read and do of jobs, over HTTP and in a terminal. What is changed is changed in one transaction. */
@Repository
class JobRecords {

    /** The newest of each state by its index, and of those the newest: no state's jobs are sorted. */
    private static final String LIST = """
            WITH newest AS MATERIALIZED (
                SELECT job.id, job.updated_at
                FROM unnest(:states::text[]) AS wanted(state)
                     CROSS JOIN LATERAL (
                         SELECT j.id, j.updated_at FROM rowrunner.job j
                         WHERE lower(j.state) = wanted.state AND (:kind::text IS NULL OR j.kind = :kind)
                           AND (:queue::text IS NULL OR j.queue = :queue) AND (:tenant::text IS NULL OR j.tenant = :tenant)
                         ORDER BY j.updated_at DESC, j.id LIMIT :offset + :limit) AS job
                ORDER BY job.updated_at DESC, job.id LIMIT :limit OFFSET :offset)
            SELECT %s FROM jobs WHERE id IN (SELECT id FROM newest) ORDER BY updated_at DESC, id
            """.formatted(JobLine.COLUMNS);

    private static final String ONE = "SELECT " + JobLine.COLUMNS
            + ", coalesce(args, '{}') AS args FROM jobs WHERE id = :id AND (:tenant::text IS NULL OR tenant = :tenant)";

    private static final String ATTEMPTS = "SELECT * FROM rowrunner.attempts(:id)";

    private static final String WHY = """
            SELECT why.* FROM rowrunner.job j CROSS JOIN LATERAL rowrunner.why(j.id, :now, :tenant) AS why
            WHERE j.id = :id AND (:tenant::text IS NULL OR j.tenant = :tenant)
            """;

    private static final String TENANT_ARG = "SELECT tenant_arg FROM rowrunner.kind WHERE name = :kind";

    private static final String ENQUEUE = """
            SELECT rowrunner.enqueue(:kind, :args::jsonb, :queue, :runAt, :uniqueKey, :tenant, :priority, :concurrencyKey)
            """;

    /** Whether this transaction wrote it. */
    private static final String IS_NEW = "SELECT xmin = pg_current_xact_id()::xid FROM rowrunner.job WHERE id = :id";

    private static final String REQUEUE = "SELECT * FROM rowrunner.requeue(:ids::uuid[])";

    private static final String DISCARD = "SELECT id, outcome FROM rowrunner.discard(:ids::uuid[], :reason)";

    private static final String HOLDER = """
            SELECT u.job_id FROM rowrunner.job j JOIN rowrunner.unique_key u ON u.key = j.unique_key
            WHERE j.id = :id AND u.job_id <> j.id
            """;

    private static final RowMapper<JobLine> LINE = new SimplePropertyRowMapper<>(JobLine.class);

    private final JdbcClient jdbc;
    private final Kinds kinds;
    private final Clock clock;

    JobRecords(JdbcClient jdbc, Kinds kinds, Clock clock) {
        this.jdbc = jdbc;
        this.kinds = kinds;
        this.clock = clock;
    }

    /** What is null is any. */
    record Filter(
            @Nullable String state,
            @Nullable String kind,
            @Nullable String queue,
            @Nullable String tenant) {}

    /** Those that changed last first. */
    List<JobLine> list(Filter filter, int offset, int limit) {
        return jdbc.sql(LIST)
                .param(
                        "states",
                        filter.state() == null ? Names.STATES.toArray(String[]::new) : new String[] {filter.state()})
                .param("kind", filter.kind())
                .param("queue", filter.queue())
                .param("tenant", filter.tenant())
                .param("offset", offset)
                .param("limit", limit)
                .query(LINE)
                .list();
    }

    // ---- one job; with a tenant, of that tenant only

    Optional<JobStory> find(UUID id, @Nullable String tenant) {
        return jdbc.sql(ONE)
                .param("id", id)
                .param("tenant", tenant)
                .query((row, n) -> Map.entry(LINE.mapRow(row, n), row.getString("args")))
                .optional()
                .map(found -> JobStory.of(found.getKey(), found.getValue(), attempts(id)));
    }

    List<Attempt> attempts(UUID id) {
        return jdbc.sql(ATTEMPTS)
                .param("id", id)
                .query((row, n) -> attempt(row))
                .list();
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        return new Attempt(
                row.getLong("number"),
                row.getString("worker"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("ended_at", OffsetDateTime.class)),
                row.getString("outcome"),
                row.getString("error"),
                row.getString("message"),
                row.getString("trace"),
                row.getObject("total") == null
                        ? null
                        : new Progress(row.getLong("done"), row.getLong("total"), row.getInt("percent")),
                row.getString("log"));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime at) {
        return at == null ? null : at.toInstant();
    }

    /**
     * Why a job is not running.
     *
     * @param code one of those that rowrunner.why lists
     * @param sentence with the way out
     * @param detail the facts as JSON
     */
    record Why(String code, String sentence, @JsonRawValue String detail) {}

    Optional<Why> why(UUID id, @Nullable String tenant) {
        return jdbc.sql(WHY)
                .param("id", id)
                .param("tenant", tenant)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(Why.class)
                .optional();
    }

    // ---- what operators do

    /**
     * A job to enqueue. What is null is as its kind says.
     *
     * @param args a JSON object
     */
    record NewJob(
            String kind,
            String args,
            @Nullable String queue,
            @Nullable Instant runAt,
            @Nullable String uniqueKey,
            @Nullable String tenant,
            @Nullable Integer priority,
            @Nullable String concurrencyKey) {}

    /** @param created false where another job holds the unique key: then it is that one's id */
    record Enqueued(UUID id, boolean created) {}

    @Transactional
    Enqueued enqueue(NewJob job) {
        var id = insert(job);
        // After PostgreSQL has said that it is JSON at all.
        kinds.misfit(job.kind(), job.args()).ifPresent(misfit -> {
            throw Refused.field(misfit.field(), misfit.message());
        });
        return new Enqueued(
                id,
                jdbc.sql(IS_NEW).param("id", id).query(Boolean.class).optional().orElse(false));
    }

    private UUID insert(NewJob job) {
        try {
            return jdbc.sql(ENQUEUE)
                    .param("kind", job.kind())
                    .param("args", job.args())
                    .param("queue", job.queue())
                    .param("runAt", job.runAt() == null ? null : job.runAt().atOffset(ZoneOffset.UTC))
                    .param("uniqueKey", job.uniqueKey())
                    .param("tenant", job.tenant())
                    .param("priority", job.priority())
                    .param("concurrencyKey", job.concurrencyKey())
                    .query(UUID.class)
                    .single();
        } catch (DataAccessException e) {
            throw refusal(e);
        }
    }

    /** The kinds, queues and bounds were checked before: what is left are the args. */
    private static RuntimeException refusal(DataAccessException e) {
        return e.getRootCause() instanceof PSQLException refused
                        && refused.getServerErrorMessage() != null
                        && String.valueOf(refused.getSQLState()).startsWith("22")
                ? Refused.field(
                        "args",
                        "args can't be stored: "
                                + refused.getServerErrorMessage().getMessage()
                                + Optional.ofNullable(
                                                refused.getServerErrorMessage().getHint())
                                        .map(hint -> ". " + hint)
                                        .orElse(""))
                : e;
    }

    /** The arg that names the tenant of a kind's jobs. */
    Optional<String> tenantArg(String kind) {
        return jdbc.sql(TENANT_ARG)
                .param("kind", kind)
                .query((row, n) -> Optional.ofNullable(row.getString(1)))
                .optional()
                .flatMap(arg -> arg);
    }

    /** Answers those that run again; others are running, wait already, or another job holds their unique key. */
    @Transactional
    List<UUID> requeue(List<UUID> ids) {
        return jdbc.sql(REQUEUE).param("ids", texts(ids)).query(UUID.class).list();
    }

    /** The job that holds the unique key of this one. */
    Optional<UUID> holderOfKey(UUID id) {
        return jdbc.sql(HOLDER).param("id", id).query(UUID.class).optional();
    }

    /** @param outcome discarded; stopping, of a running job; or ended, where there was nothing left to do */
    record Discarded(UUID id, String outcome) {}

    @Transactional
    List<Discarded> discard(List<UUID> ids, String reason) {
        return jdbc.sql(DISCARD)
                .param("ids", texts(ids))
                .param("reason", reason)
                .query(Discarded.class)
                .list();
    }

    static String[] texts(List<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }
}
