package dev.rowrunner.admin;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What the database says of all queues and workers, as gauges: each process tells the same, so a chart takes the
 * greatest and not the sum. While the database is away they keep their last values and {@code rowrunner.database.up} is 0.
 */
@Component
@ConditionalOnWebApplication
class ClusterMeters implements SmartLifecycle {

    private static final long SECONDS_BETWEEN = 10;

    private static final String QUEUES = """
            SELECT name, enqueued, scheduled, running, dead_letters, workers, paused::int AS paused,
                   coalesce(greatest(extract(epoch FROM clock_timestamp() - oldest_ready_at), 0), 0) AS age
            FROM queues
            """;

    private static final String WORKERS = """
            SELECT count(*) AS alive, coalesce(sum(slots), 0) AS slots, coalesce(sum(running), 0) AS running,
                   coalesce(sum(stuck), 0) AS stuck
            FROM workers WHERE ended_at IS NULL
            """;

    private static final List<String> STATES = List.of("enqueued", "scheduled", "running", "dead_letters");

    private final JdbcClient jdbc;
    private final MultiGauge queueJobs;
    private final MultiGauge queueAges;
    private final MultiGauge queueWorkers;
    private final MultiGauge queuesPaused;
    private final MultiGauge workers;
    private volatile double databaseUp;
    private @Nullable ScheduledExecutorService clockwork;

    ClusterMeters(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.queueJobs = gauges("rowrunner.queue.jobs", "jobs of a queue by state", registry);
        this.queueAges =
                gauges("rowrunner.queue.oldest.age.seconds", "how long a queue's oldest job has been ready", registry);
        this.queueWorkers = gauges("rowrunner.queue.workers", "live workers that listen to a queue", registry);
        this.queuesPaused = gauges("rowrunner.queue.paused", "1 where a queue is paused", registry);
        this.workers = gauges("rowrunner.workers", "live workers, their slots, running and stuck jobs", registry);
        Gauge.builder("rowrunner.database.up", this, meters -> meters.databaseUp)
                .description("1 where the database answered when it was asked last")
                .register(registry);
    }

    private static MultiGauge gauges(String name, String description, MeterRegistry registry) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    void refresh() {
        try {
            var queues = jdbc.sql(QUEUES).query().listOfRows();
            queueJobs.register(queues.stream().flatMap(ClusterMeters::byState).toList(), true);
            queueAges.register(queues.stream().map(queue -> row(queue, "age")).toList(), true);
            queueWorkers.register(
                    queues.stream().map(queue -> row(queue, "workers")).toList(), true);
            queuesPaused.register(
                    queues.stream().map(queue -> row(queue, "paused")).toList(), true);
            workers.register(workers(jdbc.sql(WORKERS).query().singleRow()), true);
            databaseUp = 1;
        } catch (RuntimeException away) {
            // Whatever it was: a task that throws is never run again.
            databaseUp = 0;
        }
    }

    private static Stream<Row<?>> byState(Map<String, Object> queue) {
        return STATES.stream().map(state -> Row.of(tags(queue).and("state", state), number(queue, state)));
    }

    private static Row<?> row(Map<String, Object> queue, String column) {
        return Row.of(tags(queue), number(queue, column));
    }

    private static List<Row<?>> workers(Map<String, Object> counts) {
        return counts.keySet().stream()
                .<Row<?>>map(what -> Row.of(Tags.of("what", what), number(counts, what)))
                .toList();
    }

    private static Tags tags(Map<String, Object> queue) {
        return Tags.of("queue", String.valueOf(queue.get("name")));
    }

    private static Number number(Map<String, Object> row, String column) {
        return row.get(column) instanceof Number number ? number : Double.NaN;
    }

    @Override
    public synchronized void start() {
        var started = Executors.newSingleThreadScheduledExecutor(ClusterMeters::thread);
        started.scheduleWithFixedDelay(this::refresh, 0, SECONDS_BETWEEN, TimeUnit.SECONDS);
        clockwork = started;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "cluster-meters");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void stop() {
        if (clockwork != null) {
            clockwork.shutdown();
            clockwork = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return clockwork != null;
    }
}
