package dev.rowrunner.admin;

import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.Refused;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The names that operators may write. One that does not exist would silently mean nothing, so it is refused. */
@Component
class Names {

    static final List<String> STATES = List.of("scheduled", "enqueued", "processing", "succeeded", "failed", "deleted");

    /** Also those of jobs that JobRunr's own API stored. */
    private static final String KINDS = """
            SELECT name FROM rowrunner.kind
            UNION SELECT 'jobrunr' WHERE EXISTS (SELECT FROM rowrunner.job_body WHERE foreign_job IS NOT NULL)
            ORDER BY name
            """;

    /** Also those that were deleted before their jobs. */
    private static final String QUEUES =
            "SELECT name FROM rowrunner.queue UNION SELECT queue FROM rowrunner.job_count ORDER BY name";

    private final JdbcClient jdbc;

    Names(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void checkState(@Nullable String state) {
        check("state", state, STATES);
    }

    void checkKind(@Nullable String kind) {
        if (kind != null) {
            check("kind", kind, list(KINDS));
        }
    }

    void checkQueue(@Nullable String queue) {
        if (queue != null) {
            check("queue", queue, list(QUEUES));
        }
    }

    private List<String> list(String statement) {
        return jdbc.sql(statement).query(String.class).list();
    }

    private static void check(String field, @Nullable String value, Collection<String> known) {
        if (value != null && !known.contains(value)) {
            throw Refused.field(field, unknown(field, value, known));
        }
    }

    static String unknown(String what, String value, Collection<String> known) {
        return what + " must be one of " + String.join(", ", known) + "; was '" + shortened(value) + "'"
                + Nearest.to(value, known);
    }

    private static String shortened(String value) {
        return value.length() > 100 ? value.substring(0, 100) + "..." : value;
    }
}
