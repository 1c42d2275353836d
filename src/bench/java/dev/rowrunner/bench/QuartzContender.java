package dev.rowrunner.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.LongConsumer;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Quartz with its JDBC store, clustered, 20 threads and batches of triggers. */
final class QuartzContender implements Contender {

    private static volatile LongConsumer handler = n -> {};

    /** Made by Quartz for each run. */
    public static final class Step implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            handler.accept(context.getMergedJobDataMap().getLong("n"));
        }
    }

    private final Database database;
    private Scheduler scheduler;

    QuartzContender(Database database) {
        this.database = database;
    }

    @Override
    public void prepare() throws SchedulerException, IOException {
        try (var pool = database.pool(1)) {
            var script = new ClassPathResource("org/quartz/impl/jdbcjobstore/tables_postgres.sql");
            JdbcClient.create(pool)
                    .sql(script.getContentAsString(StandardCharsets.UTF_8))
                    .update();
        }
        scheduler = new StdSchedulerFactory(properties()).getScheduler();
    }

    private Properties properties() {
        var properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("org.quartz.scheduler.instanceName", "bench"),
                Map.entry("org.quartz.scheduler.instanceId", "AUTO"),
                Map.entry("org.quartz.scheduler.skipUpdateCheck", "true"),
                Map.entry("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", "20"),
                Map.entry("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool"),
                Map.entry("org.quartz.threadPool.threadCount", "20"),
                Map.entry("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX"),
                Map.entry("org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate"),
                Map.entry("org.quartz.jobStore.isClustered", "true"),
                Map.entry("org.quartz.jobStore.acquireTriggersWithinLock", "true"),
                Map.entry("org.quartz.jobStore.dataSource", "db"),
                Map.entry("org.quartz.dataSource.db.provider", "hikaricp"),
                Map.entry("org.quartz.dataSource.db.driver", "org.postgresql.Driver"),
                Map.entry("org.quartz.dataSource.db.URL", database.url()),
                Map.entry("org.quartz.dataSource.db.user", database.user()),
                Map.entry("org.quartz.dataSource.db.password", database.password()),
                Map.entry("org.quartz.dataSource.db.maxConnections", "30")));
        return properties;
    }

    @Override
    public void enqueueAll(List<Long> numbers) throws SchedulerException {
        Map<JobDetail, Set<? extends Trigger>> jobs = new HashMap<>();
        for (var number : numbers) {
            jobs.put(
                    job(number),
                    new HashSet<>(Set.of(TriggerBuilder.newTrigger().startNow().build())));
        }
        scheduler.scheduleJobs(jobs, false);
    }

    private static JobDetail job(long number) {
        return JobBuilder.newJob(Step.class).usingJobData("n", number).build();
    }

    @Override
    public void enqueue(long number) throws SchedulerException {
        scheduler.scheduleJob(
                job(number), TriggerBuilder.newTrigger().startNow().build());
    }

    @Override
    public void start(LongConsumer handler) throws SchedulerException {
        QuartzContender.handler = handler;
        scheduler.start();
    }

    @Override
    public void stop() throws SchedulerException {
        scheduler.standby();
    }

    @Override
    public void clear() throws SchedulerException {
        scheduler.clear();
    }

    @Override
    public void close() throws SchedulerException {
        scheduler.shutdown(true);
    }
}
