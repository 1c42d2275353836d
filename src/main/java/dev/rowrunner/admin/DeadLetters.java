package dev.rowrunner.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What operators read and do of dead letters, over HTTP and in a terminal. */
@Repository
class DeadLetters {

    /** So many in one transaction: each holds its lock until the end, and a million would hold up the workers. */
    private static final int AT_ONCE = 1000;

    static final String REASON = "Dead letter discarded by an operator";

    private static final String FILTER = """
            FROM rowrunner.job j LEFT JOIN rowrunner.job_history h ON h.id = j.id
            WHERE lower(j.state) = 'failed' AND (:kind::text IS NULL OR j.kind = :kind) AND (:queue::text IS NULL OR j.queue = :queue)
              AND (:tenant::text IS NULL OR j.tenant = :tenant) AND (:since::timestamptz IS NULL OR j.updated_at >= :since)
              AND (:until::timestamptz IS NULL OR j.updated_at < :until)
              AND (:error::text IS NULL OR strpos(lower(h.last_error), lower(:error)) > 0)
            """;

    private static final String COLUMNS =
            "d.id, d.kind, d.queue, d.tenant, d.reason, d.last_error, d.attempt AS attempts, d.created_at, d.died_at";

    private static final String LIST = """
            WITH meant AS MATERIALIZED (SELECT j.id %s ORDER BY j.updated_at DESC, j.id LIMIT :limit OFFSET :offset)
            SELECT %s FROM dead_letters d WHERE d.id IN (SELECT id FROM meant) ORDER BY d.died_at DESC, d.id
            """.formatted(FILTER, COLUMNS);

    private static final String IDS = "SELECT j.id " + FILTER + " ORDER BY j.updated_at, j.id";

    private static final String COUNT = "SELECT count(*) " + FILTER;

    private static final String ONE = "SELECT " + COLUMNS + ", d.args, coalesce(d.attempts, '[]') AS failures"
            + " FROM dead_letters d WHERE d.id = :id AND (:tenant::text IS NULL OR d.tenant = :tenant)";

    private static final String ARE_DEAD =
            "SELECT id FROM rowrunner.job WHERE id = ANY (:ids::uuid[]) AND state = 'FAILED'";

    /** Locked, so that one which somebody else has just requeued is left alone. */
    private static final String STILL_DEAD = "ARRAY(" + ARE_DEAD + " ORDER BY id FOR UPDATE)";

    private static final String REQUEUE = "SELECT count(*) FROM rowrunner.requeue(" + STILL_DEAD + ")";

    private static final String DISCARD = "SELECT count(*) FROM rowrunner.discard(" + STILL_DEAD + ", :reason)";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    DeadLetters(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Which dead letters are meant. What is null is any.
     *
     * @param since given up at this time or later
     * @param until given up before this time
     * @param error a text that the last error contains, in whatever case
     */
    record Filter(
            @Nullable String kind,
            @Nullable String queue,

            @Pattern(regexp = Bounds.KEY, message = Bounds.KEY_RULE) @Nullable
            String tenant,

            @Nullable Instant since,
            @Nullable Instant until,

            @Pattern(regexp = Bounds.REASON, message = Bounds.REASON_RULE) @Nullable
            String error) {

        boolean isEmpty() {
            return Stream.of(kind, queue, tenant, since, until, error).noneMatch(Objects::nonNull);
        }

        Filter of(@Nullable String onlyTenant) {
            return new Filter(kind, queue, onlyTenant, since, until, error);
        }
    }

    record DeadLetter(
            UUID id,
            String kind,
            String queue,
            @Nullable String tenant,
            @Nullable String reason,
            @Nullable String lastError,
            int attempts,
            Instant createdAt,
            Instant diedAt) {}

    /** @param failures of its attempts as JSON: {@code [{"at", "type", "error", "message"}]} */
    record Failed(
            UUID id,
            String kind,
            String queue,
            @Nullable String tenant,
            @Nullable String reason,
            @Nullable String lastError,
            int attempts,
            Instant createdAt,
            Instant diedAt,
            @JsonRawValue String args,
            @JsonRawValue String failures) {}

    /** The newest first. */
    List<DeadLetter> list(Filter filter, int offset, int limit) {
        return bind(LIST, filter)
                .param("offset", offset)
                .param("limit", limit)
                .query(DeadLetter.class)
                .list();
    }

    Optional<Failed> find(UUID id, @Nullable String tenant) {
        return jdbc.sql(ONE)
                .param("id", id)
                .param("tenant", tenant)
                .query(Failed.class)
                .optional();
    }

    long count(Filter filter) {
        return bind(COUNT, filter).query(Long.class).single();
    }

    /** The oldest first. */
    List<UUID> ids(Filter filter) {
        return bind(IDS, filter).query(UUID.class).list();
    }

    /** Those of the ids that are dead letters. */
    List<UUID> dead(List<UUID> ids) {
        return jdbc.sql(ARE_DEAD)
                .param("ids", JobRecords.texts(ids))
                .query(UUID.class)
                .list();
    }

    /** Runs them again and answers how many do: another job may hold the unique key of one. */
    int requeue(List<UUID> ids) {
        return inPortions(ids, some -> jdbc.sql(REQUEUE).param("ids", some));
    }

    /** Ends them and answers how many. */
    int discard(List<UUID> ids, String reason) {
        return inPortions(ids, some -> jdbc.sql(DISCARD).param("ids", some).param("reason", reason));
    }

    /** One transaction each. Whoever is interrupted asks again: what is done is no dead letter any more. */
    private int inPortions(List<UUID> ids, Function<String[], JdbcClient.StatementSpec> statement) {
        int changed = 0;
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            var some = JobRecords.texts(ids.subList(from, Math.min(ids.size(), from + AT_ONCE)));
            changed += transaction.execute(
                    status -> statement.apply(some).query(Integer.class).single());
        }
        return changed;
    }

    private JdbcClient.StatementSpec bind(String statement, Filter filter) {
        return jdbc.sql(statement)
                .param("kind", filter.kind())
                .param("queue", filter.queue())
                .param("tenant", filter.tenant())
                .param("since", time(filter.since()))
                .param("until", time(filter.until()))
                .param("error", filter.error());
    }

    private static @Nullable Object time(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }
}
