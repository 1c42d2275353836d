package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.stereotype.Component;

/**
 * Wakes the workers when jobs have become ready: those of this process at once, the others by a NOTIFY, at once too
 * unless the last one was a moment ago; then a moment later, of all that came in the meantime. Rung after the commit;
 * before it, a worker would look too early.
 */
@Component
class Bell implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Bell.class);

    /** Between two NOTIFYs of a process: each takes a lock on the whole database at its commit. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Beyond so many lanes the workers look for themselves. */
    private static final int MOST_LANES = 50;

    /** It waits for no disk: a notice that is lost with its server is not missed. */
    private static final String NOTIFY = """
            SELECT set_config('synchronous_commit', 'off', true), pg_notify('rowrunner', message)
            FROM unnest(?::text[]) AS message
            """;

    private final String name = UUID.randomUUID().toString();
    private final EngineDatabase database;
    private final List<Sleeper> sleepers = new CopyOnWriteArrayList<>();
    private final Map<Lane, Instant> untold = new LinkedHashMap<>();
    private final ScheduledExecutorService teller = Executors.newSingleThreadScheduledExecutor(Bell::thread);
    private boolean telling;
    private long lastTold = System.nanoTime() - PAUSE_NANOS;

    /** Called on the ringing thread; returns at once. */
    interface Sleeper {
        void woken(Lane lane, Instant claimKey);
    }

    Bell(EngineDatabase database) {
        this.database = database;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "job-bell");
        thread.setDaemon(true);
        return thread;
    }

    /** By which this process knows its own notices. */
    String name() {
        return name;
    }

    /** Jobs with these claim keys or later ones are ready in these lanes. */
    void ring(Map<Lane, Instant> lanes) {
        lanes.forEach((lane, key) -> sleepers.forEach(sleeper -> sleeper.woken(lane, key)));
        synchronized (untold) {
            lanes.forEach((lane, key) -> untold.merge(lane, key, (a, b) -> a.isBefore(b) ? a : b));
            if (!telling && !teller.isShutdown()) {
                telling = true;
                teller.schedule(this::tell, lastTold + PAUSE_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        }
    }

    private void tell() {
        try {
            database.jdbc().sql(NOTIFY).param(messages()).query().listOfRows();
        } catch (CannotGetJdbcConnectionException away) {
            LOG.debug("No NOTIFY, the workers' poll finds the jobs: {}", away.getMessage());
        } catch (DataAccessException e) {
            LOG.warn("Could not wake other workers, their poll finds the jobs: {}", e.getMessage());
        }
    }

    private String[] messages() {
        synchronized (untold) {
            telling = false;
            lastTold = System.nanoTime();
            var messages = untold.size() > MOST_LANES
                    ? new String[] {Notice.LOOK}
                    : untold.entrySet().stream()
                            .map(woken -> Notice.lane(woken.getKey(), woken.getValue(), name))
                            .toArray(String[]::new);
            untold.clear();
            return messages;
        }
    }

    void wakes(Sleeper sleeper) {
        sleepers.add(sleeper);
    }

    void forget(Sleeper sleeper) {
        sleepers.remove(sleeper);
    }

    /** Under the lock, so that ringing never throws: what it tells of is committed by then. */
    @Override
    public void close() {
        synchronized (untold) {
            teller.shutdown();
        }
    }
}
