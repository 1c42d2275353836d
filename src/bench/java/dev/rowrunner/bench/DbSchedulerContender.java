package dev.rowrunner.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** db-scheduler with lock-and-fetch, 20 threads, as its documentation advises for throughput. */
final class DbSchedulerContender implements Contender {

    private static final String TABLE = """
            CREATE TABLE scheduled_tasks (
                task_name text NOT NULL, task_instance text NOT NULL, task_data bytea,
                execution_time timestamptz NOT NULL, picked boolean NOT NULL, picked_by text, last_success timestamptz,
                last_failure timestamptz, consecutive_failures int, last_heartbeat timestamptz, version bigint NOT NULL,
                priority smallint, PRIMARY KEY (task_name, task_instance));
            CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
            CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)
            """;

    private final HikariDataSource pool;
    private final AtomicLong ids = new AtomicLong();
    private volatile LongConsumer handler = n -> {};
    private final OneTimeTask<Long> step =
            Tasks.oneTime("step", Long.class).execute((task, context) -> handler.accept(task.getData()));
    private SchedulerClient client;
    private volatile Scheduler scheduler;

    DbSchedulerContender(Database database) {
        this.pool = database.pool(40);
    }

    @Override
    public void prepare() {
        JdbcClient.create(pool).sql(TABLE).update();
        client = SchedulerClient.Builder.create(new TransactionAwareDataSourceProxy(pool), step)
                .build();
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        client.scheduleBatch(numbers.stream().<TaskInstance<?>>map(this::instance), Instant.now());
    }

    private TaskInstance<Long> instance(long number) {
        return step.instance(Long.toString(ids.incrementAndGet()), number);
    }

    @Override
    public void enqueue(long number) {
        var running = scheduler;
        (running == null ? client : running).scheduleIfNotExists(instance(number), Instant.now());
    }

    @Override
    public Optional<Transactions> transactions() {
        return Optional.of(Transactions.on(pool));
    }

    @Override
    public void start(LongConsumer handler) {
        this.handler = handler;
        scheduler = Scheduler.create(pool, step)
                .threads(20)
                .pollUsingLockAndFetch(1.0, 4.0)
                .pollingInterval(Duration.ofMillis(100))
                .enableImmediateExecution()
                .build();
        scheduler.start();
    }

    @Override
    public void stop() {
        scheduler.stop();
        scheduler = null;
    }

    @Override
    public void clear() {
        JdbcClient.create(pool).sql("TRUNCATE scheduled_tasks").update();
    }

    @Override
    public void close() {
        pool.close();
    }
}
