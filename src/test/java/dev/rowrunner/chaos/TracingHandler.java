package dev.rowrunner.chaos;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

/** Writes when each attempt began and ended, by the database's clock. An attempt lasts until it could write that. */
record TracingHandler(JobKind<Args> kind, String worker, JdbcClient jdbc) implements JobHandler<TracingHandler.Args> {

    static final String TABLE = """
            CREATE TABLE chaos_attempt (
                job    uuid        NOT NULL,
                lease  int         NOT NULL,
                worker text        NOT NULL,
                began  timestamptz NOT NULL,
                ended  timestamptz,
                PRIMARY KEY (job, lease))
            """;

    private static final String BEGIN = """
            INSERT INTO chaos_attempt (job, lease, worker, began) VALUES (:job, :lease, :worker, clock_timestamp())
            ON CONFLICT DO NOTHING
            """;

    private static final String END =
            "UPDATE chaos_attempt SET ended = clock_timestamp() WHERE job = :job AND lease = :lease AND worker = :worker";

    private static final Duration PAUSE = Duration.ofMillis(50);

    /**
     * What a job does.
     *
     * @param failures how many of its attempts fail
     */
    record Args(int millis, int failures, String key) {}

    @Override
    public void run(Args args, JobContext job) throws InterruptedException {
        write(BEGIN, job);
        pause(Duration.ofMillis(args.millis()));
        write(END, job);
        if (job.attempt() <= args.failures()) {
            throw new IllegalStateException("Fails by design");
        }
    }

    private void write(String statement, JobContext job) throws InterruptedException {
        while (!isWritten(statement, job)) {
            pause(PAUSE);
        }
    }

    private boolean isWritten(String statement, JobContext job) {
        try {
            jdbc.sql(statement)
                    .param("job", job.id())
                    .param("lease", job.lease())
                    .param("worker", worker)
                    .update();
            return true;
        } catch (DataAccessException | TransactionException away) {
            return false;
        }
    }

    private static void pause(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
