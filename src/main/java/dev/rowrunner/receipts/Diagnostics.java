package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.QueueListeners;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells in one look whether a sync would run: who lives, what it listens to, how long the queues are. */
@Component
class Diagnostics {

    private static final int PATIENCE_SECONDS = 3;
    private static final String OK = "OK";

    /** What the families of this queue store know of it; queues of others are no business of theirs. */
    private static final List<String> QUEUES = List.of("high", JobKind.DEFAULT_QUEUE, "low");

    private static final String LENGTHS = """
            SELECT q.name, q.paused, q.enqueued AS length FROM queues q
            WHERE q.name = ANY (:queues) ORDER BY q.priority DESC, q.name
            """;

    private final QueueListeners listeners;
    private final HealthContributorRegistry health;
    private final JdbcClient jdbc;

    Diagnostics(QueueListeners listeners, HealthContributorRegistry health, JdbcClient jdbc) {
        this.listeners = listeners;
        this.health = health;
        this.jdbc = jdbc;
    }

    /** @param redis holds usage counters; the queue's store is the database */
    record Report(
            Store redis,
            Store database,
            @JsonProperty("workers_count") int workersCount,
            List<Worker> workers,
            Map<String, Queue> queues,
            @JsonProperty("critical_checks") Checks checks) {}

    record Store(boolean available, String ping) {}

    record Worker(String name, List<String> queues) {}

    record Queue(
            long length,
            @JsonProperty("has_worker_listening") boolean heard,
            boolean paused) {}

    record Checks(
            @JsonProperty("default_queue_has_worker") boolean heard,
            String status,
            @Nullable String reason) {}

    private record Length(String name, boolean paused, long length) {}

    Report report() {
        var redis = store("redis");
        try {
            var lengths = lengths();
            var live = listeners.workers().stream()
                    .filter(QueueListeners.Worker::live)
                    .toList();
            return report(redis.join(), live, lengths, checks(live));
        } catch (DataAccessException e) {
            var away = new Store(false, "PostgreSQL does not answer");
            return new Report(redis.join(), away, 0, List.of(), Map.of(), new Checks(false, "CRITICAL", away.ping()));
        }
    }

    private static Report report(Store redis, List<QueueListeners.Worker> live, List<Length> lengths, Checks checks) {
        var names = lengths.stream().map(Length::name).toList();
        var workers = live.stream()
                .map(worker -> new Worker(
                        worker.name(), names.stream().filter(worker::listensTo).toList()))
                .toList();
        var queues = new LinkedHashMap<String, Queue>();
        lengths.forEach(one -> queues.put(
                one.name(),
                new Queue(one.length(), live.stream().anyMatch(worker -> worker.listensTo(one.name())), one.paused())));
        return new Report(redis, new Store(true, OK), live.size(), workers, queues, checks);
    }

    private Checks checks(List<QueueListeners.Worker> live) {
        var silence = listeners.silence(SyncReceipts.KIND);
        var heard = live.stream().anyMatch(worker -> worker.listensTo(JobKind.DEFAULT_QUEUE));
        return silence.map(why -> new Checks(heard, "CRITICAL", why.sentence()))
                .orElseGet(() -> new Checks(heard, OK, null));
    }

    private List<Length> lengths() {
        return jdbc.sql(LENGTHS)
                .param("queues", QUEUES.toArray(String[]::new))
                .query((row, n) -> new Length(row.getString("name"), row.getBoolean("paused"), row.getLong("length")))
                .list();
    }

    private CompletableFuture<Store> store(String name) {
        return CompletableFuture.supplyAsync(() -> ask(name))
                .completeOnTimeout(
                        new Store(false, "does not answer within " + PATIENCE_SECONDS + " s"),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS)
                .exceptionally(e -> new Store(false, "does not answer"));
    }

    private Store ask(String name) {
        if (!(health.getContributor(name) instanceof HealthIndicator indicator)) {
            return new Store(false, "not known to the health registry");
        }
        var answer = indicator.health(false);
        return answer != null && answer.getStatus().equals(Status.UP)
                ? new Store(true, OK)
                : new Store(false, "does not answer");
    }
}
