package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jobrunr.jobs.states.StateName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one worker does for all: adds up counts, mends, prunes. And its sign of life for JobRunr. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final String ADD_UP = "SELECT rowrunner.add_up_counts()::text";
    private static final String SWEEP = "SELECT rowrunner.sweep(:now)::text";

    private static final int PRUNED_AT_ONCE = 1000;

    static final String PRUNE_RUNS = """
            DELETE FROM rowrunner.schedule_run WHERE (schedule_id, due_at) IN (
                SELECT schedule_id, due_at FROM rowrunner.schedule_run WHERE decided_at < :before LIMIT :limit)
            """;

    private static final String PRUNE_AUDIT = """
            DELETE FROM rowrunner.audit WHERE id IN (
                SELECT id FROM rowrunner.audit WHERE at < :before ORDER BY at LIMIT :limit)
            """;

    private final WorkerParts parts;
    private final RetentionProperties retention;
    private final Lease lease;
    private final Runnable sign;
    private final ScheduledExecutorService broom = Executors.newSingleThreadScheduledExecutor(Housekeeping::thread);

    /** @param sign tells JobRunr that this server lives */
    Housekeeping(WorkerParts parts, RetentionProperties retention, Lease lease, Runnable sign) {
        this.parts = parts;
        this.retention = retention;
        this.lease = lease;
        this.sign = sign;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "job-housekeeping");
        thread.setDaemon(true);
        thread.setContextClassLoader(Housekeeping.class.getClassLoader());
        return thread;
    }

    void start() {
        every(Duration.ofSeconds(5), sign);
        every(Duration.ofSeconds(2), first(() -> ask(ADD_UP)));
        every(Duration.ofSeconds(5), first(this::sweep));
        every(Duration.ofSeconds(10), first(this::prune));
        every(Duration.ofMinutes(1), first(this::warnOfUnheard));
    }

    private void every(Duration pause, Runnable work) {
        broom.scheduleWithFixedDelay(() -> patiently(work), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Runnable first(Runnable work) {
        return () -> {
            if (lease.isFirst()) {
                work.run();
            }
        };
    }

    /** What fails now is done the next time; a scheduled task that throws would never be run again. */
    private static void patiently(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .log(
                            "Housekeeping failed, will be done again: {}",
                            e.toString().lines().findFirst().orElse(""));
        }
    }

    private void ask(String statement) {
        parts.database().jdbc().sql(statement).query(String.class).optional();
    }

    private void sweep() {
        parts.database()
                .jdbc()
                .sql(SWEEP)
                .param("now", parts.clock().instant().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .optional();
    }

    private void warnOfUnheard() {
        new Unheard(parts.database().jdbc())
                .jobs()
                .forEach(jobs -> LOG.atWarn()
                        .addKeyValue("queue", jobs.get("queue"))
                        .addKeyValue("kind", jobs.get("kind"))
                        .log("Jobs wait for nobody: {}", jobs.get("reason")));
    }

    private void prune() {
        var now = parts.clock().instant();
        parts.storage().deleteJobsPermanently(StateName.SUCCEEDED, now.minus(retention.succeeded()));
        parts.storage().deleteJobsPermanently(StateName.DELETED, now.minus(retention.deleted()));
        prune(PRUNE_RUNS, now.minus(retention.scheduleRuns()));
        prune(PRUNE_AUDIT, now.minus(retention.audit()));
    }

    private void prune(String statement, Instant before) {
        while (prune(parts, statement, before) == PRUNED_AT_ONCE) {
            // Each turn in a transaction of its own.
        }
    }

    /** Up to a thousand rows. */
    static int prune(WorkerParts parts, String statement, Instant before) {
        return parts.database()
                .jdbc()
                .sql(statement)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("limit", PRUNED_AT_ONCE)
                .update();
    }

    /** Waits for what is being done, so that no sign of life comes after the farewell. */
    @Override
    public void close() {
        broom.shutdown();
        try {
            broom.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
