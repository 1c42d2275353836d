package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Allowance.Claimant;
import dev.rowrunner.runner.jobrunr.Runner.Claimed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final int LONG_TURN = 25;

    /** As much room as a limit must have for claims ahead; a job for a free slot needs no more than one. */
    private static final double WORTH_A_CLAIM = 0.25;

    /** More than that, and those claimed first would wait for the last. */
    private static final int MOST_AT_ONCE = 500;

    private final WorkerParts parts;
    private final WorkerProperties properties;
    private final Lease lease;
    private final Reserve reserve;
    private final Claims claims;
    private final Runner runner;
    private final Saver saver;
    private final Scout scout;
    private final Loop loop = new Loop("job-pump", NAP, this::go, this::recover);

    private final RunningAttempts running = new RunningAttempts();
    private final Map<Lane, Instant> woken = new ConcurrentHashMap<>();
    private final AtomicReference<Map<Lane, Place>> heads = new AtomicReference<>(Map.of());
    private volatile Queues queues = Queues.NONE;
    private volatile boolean mustCheckRunning;
    private volatile boolean behindLimit;
    private volatile boolean claiming = true;

    // Of the pump's own thread.
    private final Lanes lanes = new Lanes();
    private final Due check = new Due(CHECK);
    private final Pace pace = new Pace();
    private final Inventory inventory;
    private final DatabaseTrouble trouble = new DatabaseTrouble();
    private @Nullable Instant idleSince;

    Pump(WorkerParts parts, WorkerProperties properties, Lease lease, Slots slots) {
        var jdbc = parts.database().jdbc();
        this.parts = parts;
        this.properties = properties;
        this.lease = lease;
        this.reserve = new Reserve(jdbc);
        this.claims = new Claims(jdbc, parts.database().transaction(), reserve, parts.clock());
        this.inventory = new Inventory(jdbc, running, parts.clock());
        this.saver = new Saver(parts, running, new Saver.Listener() {
            @Override
            public boolean waits() {
                return behindLimit || running.count() >= slots.count();
            }

            @Override
            public void saved(boolean keysToo) {
                loop.call();
                if (keysToo) {
                    scout().look();
                }
            }
        });
        this.runner = new Runner(parts, slots, lease::isFresh, saver::ended);
        this.scout = new Scout(parts, properties, new Scout.Finder() {
            @Override
            public void queues(Queues found) {
                queues = found;
            }

            @Override
            public void heads(Map<Lane, Place> found) {
                heads.set(found);
                loop.call();
            }
        });
    }

    Scout scout() {
        return scout;
    }

    void start() {
        saver.start();
        scout.start();
        loop.start();
    }

    /** Jobs with this claim key or later ones are ready in the lane. */
    void woken(Lane lane, Instant claimKey) {
        if (properties.listens(lane.queue())) {
            woken.merge(lane, claimKey, (a, b) -> a.isBefore(b) ? a : b);
            loop.call();
        }
    }

    /** Something may be ready anywhere. */
    void look() {
        scout.look();
    }

    void queuesChanged() {
        scout.readQueues();
        checkRunning();
    }

    /** A running job may have been cancelled, a limit lowered. */
    void checkRunning() {
        mustCheckRunning = true;
        loop.call();
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

    private void go() {
        running.claiming(true);
        try {
            cycle();
            trouble.isOver();
        } finally {
            running.claiming(false);
        }
    }

    private void cycle() {
        if (check.isDue(mustCheckRunning)) {
            mustCheckRunning = false;
            check();
        }
        if (claiming && lease.isFresh()) {
            takeNotes();
            claim();
        }
        reserve.settle(lease.worker(), this::running);
        noteIdleness();
    }

    private void check() {
        reserve.read(lease.worker());
        switch (inventory.check(lease.worker())) {
            case SUSPECTS -> checkRunning();
            case GAVE_BACK -> scout.look();
            case NOTHING -> {}
        }
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
        lanes.closed(queue -> !known.isOpen(queue));
        if (lanes.anyFull()) {
            double part = running.count() < properties.threads() ? 0 : WORTH_A_CLAIM;
            lanes.reopened(
                    lane -> known.scopes(lane).stream().allMatch(scope -> reserve.hasRoom(scope, this::running, part)));
        }
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

    private void claim() {
        int slots = properties.threads();
        int ahead = pace.ahead(System.nanoTime(), saver.endedSoFar(), slots);
        claim(Math.min(slots + ahead - running.count(), MOST_AT_ONCE), ahead > 0 ? LONG_TURN : 1);
        behindLimit = lanes.anyFull();
    }

    /** What each claim brings is started at once. */
    private void claim(int room, int turn) {
        var claimant = new Claimant(lease.worker(), queues, this::running);
        int left = room;
        for (int i = 0; i < MOST_CLAIMS && left > 0; i++) {
            var quotas = lanes.next(left, turn, claimant.queues());
            if (quotas.isEmpty()) {
                return;
            }
            var claimed = claims.claim(quotas, claimant, lanes);
            parts.meters().claimed(claimed.size());
            start(claimed);
            left -= claimed.size();
        }
        if (room > 0) {
            loop.call();
        }
    }

    private int running(Scope scope) {
        return running.count(lease.worker(), scope::includes);
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

    /** What a failed transaction claimed is not known, since its commit may have been done: it is asked for. */
    private void recover(RuntimeException e) {
        inventory.doubt();
        mustCheckRunning = true;
        scout.readQueues();
        trouble.report(e, running.count(), 0);
        trouble.pause();
    }

    @Override
    public void close() {
        scout.close();
        loop.close();
        saver.close();
    }
}
