package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Outcome.How;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores how attempts ended: one thread, in one transaction after another, each with all that ended while the one before
 * it was committed, or in the moment before. Nothing counts as done before it is durable.
 */
final class Saver implements AutoCloseable {

    /** What happens when outcomes are stored. */
    interface Listener {

        /** @param mayWait what they held may be what others wait for */
        void saved(boolean mayWait);
    }

    private static final int MOST_OUTCOMES = 1000;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LINGER = Duration.ofMillis(2);
    private static final int ENOUGH = 50;
    private static final Duration TELLING = Duration.ofSeconds(1);

    private final WorkerParts parts;
    private final Outcomes outcomes;
    private final RunningAttempts running;
    private final int slots;
    private final Listener listener;
    private final OutcomeLog log = new OutcomeLog();
    private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "job-saver");
    private final AtomicLong endedSoFar = new AtomicLong();
    private volatile boolean closed;

    // Of the saver's own thread.
    private final List<Outcome> unsaved = new ArrayList<>();
    private final Due telling = new Due(TELLING);
    private final DatabaseTrouble trouble = new DatabaseTrouble();

    Saver(WorkerParts parts, RunningAttempts running, int slots, Listener listener) {
        this.parts = parts;
        this.outcomes = new Outcomes(parts.database().jdbc(), parts.json());
        this.running = running;
        this.slots = slots;
        this.listener = listener;
        thread.setDaemon(true);
        thread.setContextClassLoader(Saver.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    /** Called by the thread that ran the attempt; stored soon after. */
    void ended(Outcome outcome) {
        endedSoFar.incrementAndGet();
        ended.add(outcome);
    }

    long endedSoFar() {
        return endedSoFar.get();
    }

    private void run() {
        while (!closed) {
            try {
                collect();
                runCycle();
            } catch (InterruptedException e) {
                break;
            }
        }
        log.sumUp(true);
    }

    /** Waits for the first, and a little for others, unless somebody waits for what they hold or for their slots. */
    private void collect() throws InterruptedException {
        long patience = PAUSE.toNanos();
        while (unsaved.size() < ENOUGH && patience > 0) {
            var next = ended.poll(patience, TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            unsaved.add(next);
            patience = next.attempt().claim().holds() || running.count() >= slots ? 0 : LINGER.toNanos();
        }
        ended.drainTo(unsaved, MOST_OUTCOMES - unsaved.size());
    }

    /** Whatever goes wrong, the thread goes on: without it nothing would ever end. */
    private void runCycle() {
        try {
            if (!unsaved.isEmpty()) {
                var some = List.copyOf(unsaved);
                var refused = store(some);
                unsaved.clear();
                settle(some, refused);
            }
            if (telling.isDue(false)) {
                running.all()
                        .forEach(attempt -> outcomes.tell(attempt, parts.clock().instant()));
            }
            log.sumUp(false);
            trouble.isOver();
        } catch (RuntimeException e) {
            recover(e);
        } catch (Error e) {
            recover(new IllegalStateException(e));
        }
    }

    private Set<Attempt> store(List<Outcome> some) {
        return parts.database()
                .inTransaction(() -> outcomes.save(some, parts.clock().instant()));
    }

    private void settle(List<Outcome> some, Set<Attempt> refused) {
        running.remove(some.stream().map(Outcome::attempt).toList());
        some.forEach(outcome -> account(outcome, refused.contains(outcome.attempt())));
        listener.saved(
                some.stream().anyMatch(outcome -> outcome.attempt().claim().holds()));
    }

    private void account(Outcome outcome, boolean refused) {
        log.write(outcome, refused);
        parts.meters().ended(outcome, refused);
    }

    private void recover(RuntimeException e) {
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
                var refused = store(List.of(outcome));
                unsaved.remove(outcome);
                settle(List.of(outcome), refused);
            } catch (RuntimeException e) {
                trouble.report(e, running.count(), unsaved.size());
                if (DatabaseTrouble.passes(e)) {
                    return;
                }
                unsaved.remove(outcome);
                ended.add(unstorable(outcome, e));
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
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
