package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Unique;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Owns the table of kinds: what this process declares, for SQL that enqueues and for workers that rescue. */
@Component
@DependsOnDatabaseInitialization
class KindRows {

    private static final String ADD_QUEUE =
            "INSERT INTO rowrunner.queue (name) VALUES (:name) ON CONFLICT (name) DO NOTHING";

    private static final String DECLARE = """
            INSERT INTO rowrunner.kind AS known (name, queue, priority, max_attempts, concurrency, key_arg, key_concurrency,
                                                 tenant_arg, unique_while, unique_for, unique_args, secret_args)
            VALUES (:name, :queue, :priority, :maxAttempts, :concurrency, :keyArg, :keyConcurrency, :tenantArg,
                    :uniqueWhile, :uniqueFor * interval '1 millisecond', :uniqueArgs::text[], :secretArgs::text[])
            ON CONFLICT (name) DO UPDATE
            SET queue = excluded.queue, priority = excluded.priority, max_attempts = excluded.max_attempts,
                concurrency = excluded.concurrency, key_arg = excluded.key_arg, key_concurrency = excluded.key_concurrency,
                tenant_arg = excluded.tenant_arg, unique_while = excluded.unique_while, unique_for = excluded.unique_for,
                unique_args = excluded.unique_args, secret_args = excluded.secret_args, declared_at = now()
            WHERE (known.queue, known.priority, known.max_attempts, known.concurrency, known.key_arg, known.key_concurrency,
                   known.tenant_arg, known.unique_while, known.unique_for, known.unique_args, known.secret_args)
                  IS DISTINCT FROM
                  (excluded.queue, excluded.priority, excluded.max_attempts, excluded.concurrency, excluded.key_arg,
                   excluded.key_concurrency, excluded.tenant_arg, excluded.unique_while, excluded.unique_for,
                   excluded.unique_args, excluded.secret_args)
            """;

    private final JdbcClient jdbc;

    KindRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Writes what changed, and makes the queues that kinds name. */
    void declare(List<JobKind<?>> kinds) {
        addQueue(JobKind.DEFAULT_QUEUE);
        kinds.forEach(this::declare);
    }

    private void declare(JobKind<?> kind) {
        addQueue(kind.queue());
        var unique = kind.unique();
        jdbc.sql(DECLARE)
                .param("name", kind.name())
                .param("queue", kind.queue())
                .param("priority", kind.priority())
                .param("maxAttempts", kind.retry().maxAttempts())
                .param("concurrency", kind.limits().running())
                .param("keyArg", kind.limits().keyArg())
                .param("keyConcurrency", kind.limits().perKey())
                .param("tenantArg", kind.tenantArg())
                .param(
                        "uniqueWhile",
                        unique == null ? null : unique.during().name().toLowerCase(Locale.ROOT))
                .param("uniqueFor", period(unique))
                .param("uniqueArgs", args(unique))
                .param("secretArgs", secretArgs(kind))
                .update();
    }

    private static @Nullable Long period(@Nullable Unique unique) {
        var period = unique == null ? null : unique.period();
        return period == null ? null : period.toMillis();
    }

    private static String @Nullable [] args(@Nullable Unique unique) {
        return unique == null || unique.args().isEmpty() ? null : unique.args().toArray(String[]::new);
    }

    private static String @Nullable [] secretArgs(JobKind<?> kind) {
        var names = Redaction.argsOf(kind);
        return names.isEmpty() ? null : names.toArray(String[]::new);
    }

    private void addQueue(String name) {
        jdbc.sql(ADD_QUEUE).param("name", name).update();
    }
}
