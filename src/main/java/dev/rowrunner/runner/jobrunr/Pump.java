package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Runner.Claimed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The heart of a worker: one thread that claims what the free slots can take, and a little ahead where jobs are short.
 * What it claimed goes to the {@link Runner}, from there to the {@link Saver}; a slot is taken with the claim and free
 * when the outcome is stored.
 */
final class Pump implements AutoCloseable {

    private static final Duration CHECK = Duration.ofSeconds(1);
    private static final Duration NAP = Duration.ofMillis(200);

    /** Each claims from one queue, of which the foremost may have less than there are free slots. */
    private static final int MOST_CLAIMS = 20;

    /** So many jobs of a tenant at a time where they are short; else one. */
    private static final int LONG_TURN = 10;

    /** More than that, and those claimed first would wait for the last. */
    private static final int MOST_AT_ONCE = 500;

    /** Not all of them: while an old snapshot is open the index leads to each that ever ran since. */
    private static final String MINE = """
            SELECT id, version, cancel_reason FROM rowrunner.job
            WHERE lower(state) = 'processing' AND worker = :worker AND updated_at >= :since
            """;

    /** For so long the commit of a claim that seemed to fail may still come to light. */
    private static final Duration DOUBT = Duration.ofMinutes(1);

    /** So many checks look at what runs, and one at all that is marked as running here. */
    private static final int CHECKS = 60;

    private static final String GIVE_BACK = """
            SELECT rowrunner.end_attempt(:id, :lease, :worker, 'back', :now, NULL,
                                         'Given back: the worker did not learn that it had claimed it', NULL, NULL, NULL)
            """;

    private final WorkerParts parts;
    private final WorkerProperties properties;
    private final Lease lease;
    private final Claims claims;
    private final Runner runner;
    private final Saver saver;
    private final Scout scout;
    private final Thread thread = new Thread(this::run, "job-pump");

    private final RunningAttempts running = new RunningAttempts();
    private final Map<Lane, Instant> woken = new ConcurrentHashMap<>();
    private final AtomicReference<Map<Lane, Place>> heads = new AtomicReference<>(Map.of());
    private final Semaphore signal = new Semaphore(0);
    private volatile Queues queues = Queues.NONE;
    private volatile boolean mustCheckRunning;
    private volatile boolean claiming = true;
    private volatile boolean closed;

    // Of the pump's own thread.
    private final Lanes lanes = new Lanes();
    private final Due check = new Due(CHECK);
    private final Pace pace = new Pace();
    private final DatabaseTrouble trouble = new DatabaseTrouble();
    private Map<UUID, Integer> suspects = Map.of();
    private Instant doubtful = Instant.MIN;
    private int checks;
    private @Nullable Instant idleSince;

    Pump(WorkerParts parts, WorkerProperties properties, Lease lease, Slots slots) {
        this.parts = parts;
        this.properties = properties;
        this.lease = lease;
        this.claims = new Claims(parts.database().jdbc(), parts.clock());
        this.saver = new Saver(parts, running, slots.count(), this::saved);
        this.runner = new Runner(parts, slots, lease::isFresh, saver::ended);
        this.scout = new Scout(parts, properties, new Scout.Finder() {
            @Override
            public void queues(Queues found) {
                queues = found;
            }

            @Override
            public void heads(Map<Lane, Place> found) {
                heads.set(found);
                signal.release();
            }
        });
        thread.setDaemon(true);
        thread.setContextClassLoader(Pump.class.getClassLoader());
    }

    Scout scout() {
        return scout;
    }

    void start() {
        saver.start();
        scout.start();
        thread.start();
    }

    /** Jobs with this claim key or later ones are ready in the lane. */
    void woken(Lane lane, Instant claimKey) {
        if (properties.listens(lane.queue())) {
            woken.merge(lane, claimKey, (a, b) -> a.isBefore(b) ? a : b);
            signal.release();
        }
    }

    /** Something may be ready anywhere. */
    void look() {
        scout.look();
    }

    void queuesChanged() {
        scout.readQueues();
    }

    /** A running job may have been cancelled. */
    void checkRunning() {
        mustCheckRunning = true;
        signal.release();
    }

    private void saved(boolean mayWait) {
        signal.release();
        if (mayWait) {
            scout.look();
        }
    }

    RunningAttempts running() {
        return running;
    }

    /** What was claimed ahead is given back. */
    void stopClaiming() {
        claiming = false;
        runner.stop();
    }

    /** What was claimed ahead and waits all the same. */
    void giveBackStale() {
        runner.giveBackStale();
    }

    private void run() {
        while (!closed) {
            try {
                signal.tryAcquire(NAP.toMillis(), TimeUnit.MILLISECONDS);
                signal.drainPermits();
                runCycle();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Whatever goes wrong, the thread goes on: without it the worker would beat and never work again. */
    private void runCycle() {
        running.claiming(true);
        try {
            cycle();
            trouble.isOver();
        } catch (RuntimeException e) {
            recover(e);
        } catch (Error e) {
            recover(new IllegalStateException(e));
        } finally {
            running.claiming(false);
        }
    }

    private void cycle() {
        if (check.isDue(mustCheckRunning)) {
            mustCheckRunning = false;
            checkMine();
        }
        if (claiming && lease.isFresh()) {
            takeNotes();
            int slots = properties.threads();
            int ahead = pace.ahead(System.nanoTime(), saver.endedSoFar(), slots);
            int room = Math.min(slots + ahead - running.count(), MOST_AT_ONCE);
            if (room > 0 && !lanes.isEmpty()) {
                int turn = ahead > 0 ? LONG_TURN : 1;
                start(parts.database().inTransaction(() -> claim(room, turn)));
            }
        }
        noteIdleness();
    }

    /** Idle is who has a free slot and knows of nothing that waits. */
    private void noteIdleness() {
        boolean idle = claiming && lanes.isEmpty() && running.count() < properties.threads();
        if (!idle) {
            idleSince = null;
        } else if (idleSince == null) {
            idleSince = parts.clock().instant();
        }
    }

    private void takeNotes() {
        var known = queues;
        lanes.closed(lane -> !known.isOpen(lane.queue()));
        heads.getAndSet(Map.of()).forEach(this::takeNote);
        for (var lane : List.copyOf(woken.keySet())) {
            var key = woken.remove(lane);
            if (key != null) {
                takeNote(lane, Place.at(key));
            }
        }
    }

    private void takeNote(Lane lane, Place place) {
        if (queues.isOpen(lane.queue()) && parts.handlers().has(lane.kind())) {
            lanes.woke(lane, place);
        }
    }

    private List<Attempt> claim(int room, int turn) {
        int worker = lease.worker();
        var claimed = new ArrayList<Attempt>();
        for (int i = 0; i < MOST_CLAIMS && claimed.size() < room; i++) {
            var quotas = lanes.next(room - claimed.size(), turn, queues);
            if (quotas.isEmpty()) {
                return claimed;
            }
            var some = claims.claim(quotas, worker, queues, lanes);
            parts.meters().claimed(some.size());
            claimed.addAll(some);
        }
        signal.release();
        return claimed;
    }

    private void start(List<Attempt> attempts) {
        attempts.forEach(running::add);
        runner.run(attempts.stream().map(this::claimed).toList());
    }

    private Claimed claimed(Attempt attempt) {
        var claim = attempt.claim();
        return new Claimed(attempt, parts.handlers().of(claim.lane().kind()), wasIdleAt(claim.readyAt()));
    }

    private boolean wasIdleAt(Instant time) {
        return idleSince != null && !time.isBefore(idleSince);
    }

    /**
     * Stops the cancelled, and gives back what it does not know to be its own, twice: at the first time its outcome may
     * have been stored since it was read.
     */
    private void checkMine() {
        var now = parts.clock().instant();
        boolean everything = checks++ % CHECKS == 0;
        boolean inDoubt = doubtful.isAfter(now.minus(DOUBT));
        if (running.count() == 0 && !everything && !inDoubt) {
            return;
        }
        var since = everything ? Instant.EPOCH : oldest(inDoubt ? doubtful.minus(DOUBT) : now);
        var unknown = new HashMap<UUID, Integer>();
        parts.database()
                .jdbc()
                .sql(MINE)
                .param("worker", lease.worker())
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(row -> {
                    var id = row.getObject("id", UUID.class);
                    var attempt = running.find(id, row.getInt("version"));
                    if (attempt == null) {
                        unknown.put(id, row.getInt("version"));
                    } else if (row.getString("cancel_reason") != null) {
                        attempt.stop(new Stop(Stop.Cause.CANCEL, row.getString("cancel_reason")));
                    }
                });
        unknown.entrySet().stream()
                .filter(suspects.entrySet()::contains)
                .forEach(job -> giveBack(job.getKey(), job.getValue(), now));
        if (inDoubt && !suspects.keySet().containsAll(unknown.keySet())) {
            checkRunning();
        }
        suspects = unknown;
    }

    /** When the first of those that run was claimed, if that was before. */
    private Instant oldest(Instant bound) {
        return running.all().stream()
                .map(attempt -> attempt.claim().at())
                .filter(bound::isAfter)
                .min(Instant::compareTo)
                .orElse(bound);
    }

    private void giveBack(UUID id, int version, Instant now) {
        parts.database()
                .jdbc()
                .sql(GIVE_BACK)
                .param("id", id)
                .param("lease", version)
                .param("worker", lease.worker())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(String.class)
                .single();
        scout.look();
    }

    /** What a failed transaction claimed is not known, since its commit may have been done: it is asked for. */
    private void recover(RuntimeException e) {
        doubtful = parts.clock().instant();
        mustCheckRunning = true;
        scout.readQueues();
        trouble.report(e, running.count(), 0);
        trouble.pause();
    }

    @Override
    public void close() {
        scout.close();
        closed = true;
        signal.release();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        saver.close();
    }
}
