package dev.rowrunner.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as lists show it, without its args.
 *
 * @param attempt how many attempts have begun
 * @param runAt not before this; null: at once
 * @param worker who runs it, or ran it last
 * @param parked ready, but its concurrency key is busy
 */
record JobLine(
        UUID id,
        String kind,
        String state,
        String queue,
        @Nullable String tenant,
        int priority,
        int attempt,
        Instant createdAt,
        @Nullable Instant runAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        Instant updatedAt,
        @Nullable String worker,
        boolean parked,
        @Nullable String concurrencyKey,
        @Nullable String uniqueKey,
        @Nullable String lastError,
        @Nullable String reason) {

    /** The columns of view jobs that it is read from. */
    static final String COLUMNS = """
            id, kind, state, queue, tenant, priority, attempt, created_at, run_at, started_at, finished_at, updated_at,
            worker, parked, concurrency_key, unique_key, last_error, reason
            """;

    /** For people, in their order. */
    Map<String, @Nullable Object> facts() {
        var facts = new LinkedHashMap<String, @Nullable Object>();
        facts.put("id", id);
        facts.put("kind", kind);
        facts.put("state", state);
        facts.put("queue", queue);
        facts.put("tenant", tenant);
        facts.put("priority", priority);
        facts.put("attempt", attempt);
        facts.put("created at", createdAt);
        facts.put("run at", runAt);
        facts.put("started at", startedAt);
        facts.put("finished at", finishedAt);
        facts.put("updated at", updatedAt);
        facts.put("worker", worker);
        facts.put("parked", parked);
        facts.put("concurrency key", concurrencyKey);
        facts.put("unique key", uniqueKey);
        facts.put("last error", lastError);
        facts.put("reason", reason);
        return facts;
    }
}
