package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.function.LongConsumer;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.scheduling.BackgroundJobRequest;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.springframework.jdbc.core.simple.JdbcClient;

/** JobRunr as it comes: 32 workers, and the shortest poll that it allows. */
final class JobRunrContender implements Contender {

    record Step(long n) implements JobRequest {
        @Override
        public Class<StepHandler> getJobRequestHandler() {
            return StepHandler.class;
        }
    }

    /** Made by JobRunr, or found through the activator. */
    public static final class StepHandler implements JobRequestHandler<Step> {
        private final LongConsumer handler;

        StepHandler(LongConsumer handler) {
            this.handler = handler;
        }

        @Override
        public void run(Step step) {
            handler.accept(step.n());
        }
    }

    private final HikariDataSource pool;
    private PostgresStorageProvider storage;

    JobRunrContender(Database database) {
        this.pool = database.pool(40);
    }

    @Override
    public void prepare() {
        storage = new PostgresStorageProvider(pool);
        JobRunr.configure().useStorageProvider(storage).initialize();
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        BackgroundJobRequest.enqueue(numbers.stream().map(Step::new));
    }

    @Override
    public void enqueue(long number) {
        BackgroundJobRequest.enqueue(new Step(number));
    }

    @Override
    public void start(LongConsumer handler) {
        JobRunr.configure()
                .useJobActivator(activator(new StepHandler(handler)))
                .useStorageProvider(storage)
                .useBackgroundJobServer(BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andWorkerCount(32)
                        .andPollIntervalInSeconds(5))
                .initialize();
    }

    private static JobActivator activator(StepHandler handler) {
        return new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
                return type.cast(handler);
            }
        };
    }

    @Override
    public void stop() {
        JobRunr.getBackgroundJobServer().stop();
        JobRunr.configure().useStorageProvider(storage).initialize();
    }

    @Override
    public void clear() {
        JdbcClient.create(pool).sql("TRUNCATE jobrunr_jobs").update();
    }

    @Override
    public void close() {
        pool.close();
    }
}
