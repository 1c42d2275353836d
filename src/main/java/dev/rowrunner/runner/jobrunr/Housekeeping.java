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

/** What one worker does for all: adds up counts, mends, prunes, ticks the schedules. And its sign of life for JobRunr. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final String ADD_UP = "SELECT rowrunner.add_up_counts()::text";
    private static final String SWEEP = "SELECT rowrunner.sweep(:now)::text";

    private static final String PRUNE_AUDIT = """
            DELETE FROM rowrunner.audit
            WHERE id IN (SELECT id FROM rowrunner.audit WHERE at < :before ORDER BY at LIMIT 1000)
            """;

    private final WorkerParts parts;
    private final RetentionProperties retention;
    private final Lease lease;
    private final Runnable sign;
    private final Runnable tick;
    private final ScheduledExecutorService broom = Executors.newSingleThreadScheduledExecutor(Housekeeping::thread);

    /**
     * @param sign tells JobRunr that this server lives
     * @param tick makes the jobs of schedules that are due
     */
    Housekeeping(WorkerParts parts, RetentionProperties retention, Lease lease, Runnable sign, Runnable tick) {
        this.parts = parts;
        this.retention = retention;
        this.lease = lease;
        this.sign = sign;
        this.tick = tick;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "job-housekeeping");
        thread.setDaemon(true);
        thread.setContextClassLoader(Housekeeping.class.getClassLoader());
        return thread;
    }

    void start() {
        every(Duration.ofSeconds(5), sign);
        every(Duration.ofSeconds(1), first(tick));
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
        pruneAudit(now.minus(retention.audit()));
    }

    private void pruneAudit(Instant before) {
        parts.database()
                .jdbc()
                .sql(PRUNE_AUDIT)
                .param("before", before.atOffset(ZoneOffset.UTC))
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
