package dev.rowrunner.admin;

import dev.rowrunner.http.Paging;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads what the triggers and functions of the database wrote down about changes. */
@Repository
class AuditLog {

    /** A job is found by its id also where one row tells of many. */
    private static final String ENTRIES = """
            SELECT id, at, actor, action, subject, before, after FROM rowrunner.audit
            WHERE (:actor::text IS NULL OR actor = :actor)
              AND (:action::text IS NULL OR action = :action)
              AND (:subject::text IS NULL OR subject = :subject
                   OR subject LIKE '% jobs' AND coalesce(before, after) -> 'jobs' ?? :subject)
              AND (:since::timestamptz IS NULL OR at >= :since)
              AND (:until::timestamptz IS NULL OR at < :until)
            ORDER BY at DESC, id DESC
            LIMIT :limit OFFSET :offset
            """;

    /**
     * What to look for; null: everything.
     *
     * @param subject the name of a queue or token, or the id of a job
     * @param until not included
     */
    record Filter(
            @Nullable String actor,
            @Nullable String action,
            @Nullable String subject,
            @Nullable Instant since,
            @Nullable Instant until) {}

    private final JdbcClient jdbc;

    AuditLog(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One more than the page has, if there are more. */
    List<AuditController.Entry> entries(Filter filter, Paging paging) {
        return jdbc.sql(ENTRIES)
                .param("actor", filter.actor())
                .param("action", filter.action())
                .param("subject", filter.subject())
                .param("since", utc(filter.since()))
                .param("until", utc(filter.until()))
                .param("limit", paging.limit())
                .param("offset", paging.offset())
                .query((row, number) -> new AuditController.Entry(
                        row.getLong("id"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("actor"),
                        row.getString("action"),
                        row.getString("subject"),
                        row.getString("before"),
                        row.getString("after")))
                .list();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
