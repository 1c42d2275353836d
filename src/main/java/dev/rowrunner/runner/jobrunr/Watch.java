package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts attempts that run longer than their kind allows, and reports those that go on all the same. Such an attempt
 * keeps its slot and its lease: its job is not run again while it lasts. Sees to it that nothing waits here for long.
 */
final class Watch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final Duration GLANCE = Duration.ofMillis(100);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Pump pump;
    private final Handlers handlers;
    private final ScheduledExecutorService eye = Executors.newSingleThreadScheduledExecutor(Watch::thread);

    Watch(Pump pump, Handlers handlers) {
        this.pump = pump;
        this.handlers = handlers;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "job-watch");
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        eye.scheduleWithFixedDelay(this::glance, GLANCE.toMillis(), GLANCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void glance() {
        pump.running().all().forEach(this::watch);
        pump.giveBackStale();
    }

    private void watch(Attempt attempt) {
        var kind = handlers.of(attempt.claim().lane().kind()).kind();
        var timeout = kind.timeout();
        if (timeout != null && attempt.age().compareTo(timeout) > 0) {
            attempt.stop(new Stop(Stop.Cause.TIMEOUT, "timed out after " + timeout));
        }
        if (attempt.becomesStuck(PATIENCE)) {
            LOG.atError()
                    .addKeyValue("job", attempt.id())
                    .addKeyValue("kind", kind.name())
                    .log(
                            "Job is stuck: its handler goes on after it was interrupted, and keeps its slot until it ends");
        }
    }

    /** How many attempts go on after they were interrupted. */
    static int stuck(Pump pump) {
        return (int) pump.running().all().stream()
                .filter(attempt -> attempt.ignoresInterrupt(PATIENCE))
                .count();
    }

    @Override
    public void close() {
        eye.shutdownNow();
    }
}
