package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.jobrunr.Outcome.How;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The heart of a worker: one thread that, in one transaction after another, stores how attempts ended and claims what
 * the freed slots can take. Under load a transaction carries all that ended while the one before it was committed. A
 * slot is taken with the claim and free when the outcome is stored, so never more is claimed than can run.
 */
final class Pump implements AutoCloseable {

    /** Wake-ups are the mechanism, this is the net. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final Duration PROMOTION = Duration.ofMillis(200);
    private static final Duration REREAD_QUEUES = Duration.ofSeconds(5);
    private static final int MOST_OUTCOMES = 1000;

    /** Each claims from one queue, of which the foremost may have less than there are free slots. */
    private static final int MOST_CLAIMS = 20;

    private static final String MINE =
            "SELECT id, version, cancel_reason FROM rowrunner.job WHERE worker = :worker AND state = 'PROCESSING'";

    private static final String GIVE_BACK = """
            SELECT rowrunner.end_attempt(:id, :lease, :worker, 'back', :now, NULL,
                                         'Given back: the worker did not learn that it had claimed it', NULL, NULL, NULL)
            """;

    private final WorkerParts parts;
    private final WorkerProperties properties;
    private final Lease lease;
    private final Consumer<ClaimedJob> runner;
    private final Claims claims;
    private final Outcomes outcomes;
    private final Look looking;
    private final OutcomeLog log = new OutcomeLog();
    private final Thread thread;

    private final RunningAttempts running = new RunningAttempts();
    private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
    private final Map<Lane, Instant> woken = new ConcurrentHashMap<>();
    private final Semaphore signal = new Semaphore(0);
    private volatile boolean mustLook = true;
    private volatile boolean mustReadQueues = true;
    private volatile boolean mustCheckRunning;
    private volatile boolean claiming = true;
    private volatile boolean closed;

    // Of the pump's own thread.
    private final Lanes lanes = new Lanes();
    private final List<Outcome> unsaved = new ArrayList<>();
    private Due look = new Due(POLL);
    private final Due promotion = new Due(PROMOTION);
    private final Due check = new Due(POLL);
    private final Due queueReading = new Due(REREAD_QUEUES);
    private Queues queues = Queues.NONE;
    private @Nullable Instant idleSince;
    private final DatabaseTrouble trouble = new DatabaseTrouble();

    Pump(WorkerParts parts, WorkerProperties properties, Lease lease, Consumer<ClaimedJob> runner) {
        this.parts = parts;
        this.properties = properties;
        this.lease = lease;
        this.runner = runner;
        this.claims = new Claims(parts.database().jdbc(), parts.clock());
        this.outcomes = new Outcomes(parts.database().jdbc(), parts.json());
        this.looking = new Look(parts.database().jdbc());
        this.thread = new Thread(this::run, "job-pump");
        this.thread.setDaemon(true);
        this.thread.setContextClassLoader(Pump.class.getClassLoader());
    }

    /** A misspelt queue would silently be one in which nothing ever waits. */
    void checkQueues() {
        var known = looking.queueNames();
        properties.queues().stream().filter(name -> !known.contains(name)).forEach(name -> {
            throw new IllegalStateException("rowrunner.worker.queues names '" + name + "', which does not exist"
                    + Nearest.to(name, known) + "; there are " + new TreeSet<>(known)
                    + ". Make it: INSERT INTO rowrunner.queue (name) VALUES ('" + name + "')");
        });
    }

    /** Before it starts: how often it looks though nobody woke it. */
    void pollEvery(Duration pause) {
        look = new Due(pause);
    }

    void start() {
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
        mustLook = true;
        signal.release();
    }

    void queuesChanged() {
        mustReadQueues = true;
        look();
    }

    /** A running job may have been cancelled. */
    void checkRunning() {
        mustCheckRunning = true;
        signal.release();
    }

    /** Called by the thread that ran the attempt; the outcome is stored soon after. */
    void ended(Outcome outcome) {
        ended.add(outcome);
        signal.release();
    }

    RunningAttempts running() {
        return running;
    }

    void stopClaiming() {
        claiming = false;
    }

    private void run() {
        while (!closed) {
            try {
                signal.tryAcquire(PROMOTION.toMillis(), TimeUnit.MILLISECONDS);
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
        ended.drainTo(unsaved, MOST_OUTCOMES - unsaved.size());
        int free = properties.threads() - running.count() + unsaved.size();
        boolean claims = claiming && lease.isFresh();
        if (check.isDue(mustCheckRunning)) {
            mustCheckRunning = false;
            checkMine();
        }
        prepare(claims);
        if (unsaved.isEmpty() && (!claims || free == 0 || lanes.isEmpty())) {
            noteIdleness();
            return;
        }
        var done = parts.database().inTransaction(() -> saveAndClaim(claims ? free : 0));
        var saved = List.copyOf(unsaved);
        unsaved.clear();
        settle(saved, done.refused());
        done.claimed().forEach(this::start);
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

    /** Brings what it knows of queues and lanes up to date, each from time to time and when told. */
    private void prepare(boolean claims) {
        if (!claims) {
            return;
        }
        if (queueReading.isDue(mustReadQueues)) {
            mustReadQueues = false;
            queues = looking.queues(properties::listens);
        }
        if (promotion.isDue(false)) {
            promote();
        }
        if (look.isDue(mustLook)) {
            mustLook = false;
            look.takes(() -> lanes.replace(looking.heads(queues, kinds())));
        }
        for (var lane : List.copyOf(woken.keySet())) {
            var key = woken.remove(lane);
            if (key != null) {
                takeNote(Map.of(lane, key));
            }
        }
    }

    /** Others are told too: they may have more slots free, or the handler that is missing here. */
    private void promote() {
        var due = looking.promote(parts.clock().instant());
        if (!due.isEmpty()) {
            parts.bell().ring(due);
        }
    }

    private void takeNote(Map<Lane, Instant> ready) {
        ready.forEach((lane, key) -> {
            if (queues.isOpen(lane.queue()) && parts.handlers().has(lane.kind())) {
                lanes.woke(lane, key);
            }
        });
    }

    private List<String> kinds() {
        return parts.handlers().kinds().stream().map(kind -> kind.name()).toList();
    }

    private record Done(Set<Attempt> refused, List<Attempt> claimed) {}

    private Done saveAndClaim(int free) {
        var now = parts.clock().instant();
        int worker = lease.worker();
        // First: a rescue locks the worker before its jobs.
        boolean held = free > 0 && !lanes.isEmpty() && lease.hold(worker);
        var refused = unsaved.isEmpty() ? Set.<Attempt>of() : outcomes.save(unsaved, now);
        if (unsaved.stream().anyMatch(outcome -> outcome.attempt().claim().holds())) {
            // What it held may be what others wait for.
            mustLook = true;
        }
        return new Done(refused, held ? claim(free, worker) : List.of());
    }

    private List<Attempt> claim(int free, int worker) {
        var claimed = new ArrayList<Attempt>();
        for (int i = 0; i < MOST_CLAIMS && claimed.size() < free; i++) {
            var quotas = lanes.next(free - claimed.size(), queues);
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

    private void settle(List<Outcome> saved, Set<Attempt> refused) {
        saved.forEach(outcome -> running.remove(outcome.attempt()));
        saved.forEach(outcome -> account(outcome, refused.contains(outcome.attempt())));
        if (mustLook) {
            signal.release();
        }
    }

    private void account(Outcome outcome, boolean refused) {
        log.write(outcome, refused);
        parts.meters().ended(outcome, refused);
    }

    private void start(Attempt attempt) {
        running.add(attempt);
        if (!claiming) {
            ended(Outcome.unstarted(attempt, parts.clock().instant(), "the worker stopped before it began"));
            return;
        }
        try {
            runner.accept(new ClaimedJob(
                    attempt,
                    parts.handlers().of(attempt.claim().lane().kind()),
                    wasIdleAt(attempt.claim().readyAt())));
        } catch (RuntimeException e) {
            ended(Outcome.unstarted(attempt, parts.clock().instant(), String.valueOf(e.getMessage())));
        }
    }

    private boolean wasIdleAt(Instant time) {
        return idleSince != null && !time.isBefore(idleSince);
    }

    /** Stops the cancelled, tells the dashboard of the others, and gives back what it does not know to be its own. */
    private void checkMine() {
        var mine = new HashMap<UUID, Integer>();
        parts.database().jdbc().sql(MINE).param("worker", lease.worker()).query(row -> {
            var id = row.getObject("id", UUID.class);
            var attempt = running.find(id, row.getInt("version"));
            if (attempt == null) {
                mine.put(id, row.getInt("version"));
            } else if (row.getString("cancel_reason") != null) {
                attempt.stop(new Stop(Stop.Cause.CANCEL, row.getString("cancel_reason")));
            }
        });
        mine.forEach(this::giveBack);
        running.all().forEach(attempt -> outcomes.tell(attempt, parts.clock().instant()));
    }

    private void giveBack(UUID id, int version) {
        parts.database()
                .jdbc()
                .sql(GIVE_BACK)
                .param("id", id)
                .param("lease", version)
                .param("worker", lease.worker())
                .param("now", parts.clock().instant().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .single();
        mustLook = true;
    }

    /** What a failed transaction claimed is not known, since its commit may have been done: it is asked for. */
    private void recover(RuntimeException e) {
        mustLook = true;
        mustReadQueues = true;
        mustCheckRunning = true;
        running.all().forEach(Attempt::tellAgain);
        if (DatabaseTrouble.passes(e) || unsaved.isEmpty()) {
            trouble.report(e, running.count(), unsaved.size());
            trouble.pause();
        } else {
            saveOneByOne();
        }
    }

    /** One outcome that can't be stored must not keep the others from it. */
    private void saveOneByOne() {
        for (var outcome : List.copyOf(unsaved)) {
            try {
                var refused = parts.database().inTransaction(() -> outcomes.save(List.of(outcome), outcome.at()));
                unsaved.remove(outcome);
                settle(List.of(outcome), refused);
            } catch (RuntimeException e) {
                if (DatabaseTrouble.passes(e)) {
                    trouble.report(e, running.count(), unsaved.size());
                    return;
                }
                unsaved.remove(outcome);
                ended.add(unstorable(outcome, e));
                trouble.report(e, running.count(), unsaved.size());
                trouble.pause();
            }
        }
    }

    private static Outcome unstorable(Outcome outcome, RuntimeException e) {
        var how = outcome.how() == How.SUCCESS ? How.SUCCESS : How.DEAD;
        return new Outcome(
                outcome.attempt(),
                how,
                outcome.at(),
                null,
                "its outcome could not be stored",
                how == How.SUCCESS
                        ? null
                        : Outcome.Failure.of(
                                new IllegalStateException(e.getClass().getName()), Redaction.NONE));
    }

    @Override
    public void close() {
        closed = true;
        signal.release();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
