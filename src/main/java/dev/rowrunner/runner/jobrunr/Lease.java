package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's life in the database: it beats, and while it does its jobs are its own. It also rescues the jobs of workers
 * that have ceased to. After an outage every worker looks lost, so it waits for one whole lease of its own beats first.
 */
final class Lease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private static final String SIGN_ON = """
            INSERT INTO rowrunner.worker (server, name, queues, kinds, slots, started_at, beat_at)
            VALUES (:server, :name, :queues::text[], :kinds::text[], :slots, clock_timestamp(), clock_timestamp())
            RETURNING id
            """;

    private static final String BEAT = """
            UPDATE rowrunner.worker SET beat_at = clock_timestamp(), running = :running, stuck = :stuck
            WHERE id = :id AND ended_at IS NULL
            """;

    private static final String RESCUE = "SELECT lost, jobs FROM rowrunner.rescue(:lease * interval '1 millisecond')";

    private static final String FIRST = "SELECT min(id) FROM rowrunner.worker WHERE ended_at IS NULL";

    private static final String SIGN_OFF = """
            UPDATE rowrunner.worker SET ended_at = clock_timestamp(), ended_by = 'stopped', running = 0 WHERE id = :id
            """;

    private static final String LEAVE_DASHBOARD = "DELETE FROM jobrunr.jobrunr_backgroundjobservers WHERE id = :server";

    /** With jobs that would not stop: they are free when the lease ends, since by then this process is gone. */
    private static final String SIGN_OFF_LATER = "UPDATE rowrunner.worker SET ended_by = 'stopping' WHERE id = :id";

    /** Who signs on, and what it tells with each beat. */
    record Self(UUID server, String name, WorkerProperties properties, IntSupplier running, IntSupplier stuck) {}

    /** What a worker does when its jobs were taken from it. */
    interface Loss {
        void lost(int worker);
    }

    private final WorkerParts parts;
    private final Self self;
    private final Loss loss;
    private final Duration lease;
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(Lease::thread);
    private volatile int worker;
    private volatile boolean first;
    private volatile long lastBeat;
    private long steadySince;

    Lease(WorkerParts parts, Self self, Loss loss) {
        this.parts = parts;
        this.self = self;
        this.loss = loss;
        this.lease = self.properties().lease();
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "job-heart");
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        signOn();
        long pause = lease.toMillis() / 4;
        heart.scheduleWithFixedDelay(this::beat, pause, pause, TimeUnit.MILLISECONDS);
    }

    /** The number under which this worker claims; another one after its jobs were taken from it. */
    int worker() {
        return worker;
    }

    /** Whether it is the oldest of the living, who does what one worker must do for all. */
    boolean isFirst() {
        return first && isFresh();
    }

    /** Whether the database has heard of it within the lease. */
    boolean isFresh() {
        return System.nanoTime() - lastBeat < lease.toNanos();
    }

    private void signOn() {
        var queues = self.properties().queues();
        worker = parts.database()
                .jdbc()
                .sql(SIGN_ON)
                .param("server", self.server())
                .param("name", self.name())
                .param("queues", queues.isEmpty() ? null : queues.toArray(String[]::new))
                .param(
                        "kinds",
                        parts.handlers().kinds().stream()
                                .map(kind -> kind.name())
                                .toArray(String[]::new))
                .param("slots", self.properties().threads())
                .query(Integer.class)
                .single();
        lastBeat = System.nanoTime();
        steadySince = lastBeat;
    }

    private void beat() {
        try {
            if (parts.database()
                            .jdbc()
                            .sql(BEAT)
                            .param("running", self.running().getAsInt())
                            .param("stuck", self.stuck().getAsInt())
                            .param("id", worker)
                            .update()
                    == 0) {
                replaceLost();
            }
            noteBeat();
            first = parts.database().jdbc().sql(FIRST).query(Integer.class).single() == worker;
            if (lastBeat - steadySince > lease.toNanos()) {
                rescue();
            }
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("worker", self.name())
                    .log("No beat, the database does not answer: {}", firstLine(e));
        }
    }

    private void noteBeat() {
        long now = System.nanoTime();
        if (now - lastBeat > lease.toNanos() / 2) {
            steadySince = now;
        }
        lastBeat = now;
    }

    private void replaceLost() {
        LOG.atError()
                .addKeyValue("worker", worker)
                .log("This worker was taken for lost: it did not beat for {}. Its jobs run elsewhere", lease);
        int before = worker;
        loss.lost(before);
        signOn();
    }

    private void rescue() {
        parts.database().jdbc().sql(RESCUE).param("lease", lease.toMillis()).query(row -> {
            LOG.atWarn()
                    .addKeyValue("worker", row.getString("lost"))
                    .addKeyValue("jobs", row.getLong("jobs"))
                    .log("A worker was lost, its jobs run again");
        });
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** @param idle whether all of its attempts have ended */
    void signOff(boolean idle) {
        heart.shutdownNow();
        try {
            parts.database()
                    .jdbc()
                    .sql(idle ? SIGN_OFF : SIGN_OFF_LATER)
                    .param("id", worker)
                    .update();
            parts.database()
                    .jdbc()
                    .sql(LEAVE_DASHBOARD)
                    .param("server", self.server().toString())
                    .update();
        } catch (RuntimeException e) {
            LOG.atWarn().log("Could not sign off; other workers notice after {}: {}", lease, firstLine(e));
        }
    }

    @Override
    public void close() {
        heart.shutdownNow();
    }
}
