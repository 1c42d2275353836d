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
 * Stores how attempts ended: one thread, in one commit after another, each with all that ended while the one before
 * it was committed, or in the moment before. Nothing counts as done before it is durable.
 */
final class Saver implements AutoCloseable {

    /** What happens when outcomes are stored. */
    interface Listener {

        /** Whether something waits for a slot or behind a limit, so that the next outcome is stored at once. */
        boolean waits();

        /** @param keysToo some of them held keys, for which jobs may wait that nobody knows of here */
        void saved(boolean keysToo);
    }

    private static final int MOST_OUTCOMES = 1000;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LINGER = Duration.ofMillis(2);
    private static final int ENOUGH = 50;
    private static final Duration TELLING = Duration.ofSeconds(1);

    private final WorkerParts parts;
    private final Outcomes outcomes;
    private final RunningAttempts running;
    private final Listener listener;
    private final OutcomeLog log = new OutcomeLog();
    private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
    private final Loop loop = new Loop("job-saver", Duration.ZERO, this::go, this::recover);
    private final AtomicLong endedSoFar = new AtomicLong();

    // Of the saver's own thread.
    private final List<Outcome> unsaved = new ArrayList<>();
    private final Due telling = new Due(TELLING);
    private final DatabaseTrouble trouble = new DatabaseTrouble();

    Saver(WorkerParts parts, RunningAttempts running, Listener listener) {
        this.parts = parts;
        this.outcomes = new Outcomes(parts.database(), parts.json());
        this.running = running;
        this.listener = listener;
    }

    void start() {
        loop.start();
    }

    /** Called by the thread that ran the attempt; stored soon after. */
    void ended(Outcome outcome) {
        endedSoFar.incrementAndGet();
        ended.add(outcome);
    }

    long endedSoFar() {
        return endedSoFar.get();
    }

    private void go() throws InterruptedException {
        collect();
        saveAndTell();
        log.sumUp(false);
        trouble.isOver();
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
            patience = next.attempt().claim().holds() || listener.waits() ? 0 : LINGER.toNanos();
        }
        ended.drainTo(unsaved, MOST_OUTCOMES - unsaved.size());
    }

    private void saveAndTell() {
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
    }

    private Set<Attempt> store(List<Outcome> some) {
        return outcomes.save(some, parts.clock().instant());
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
        loop.close();
        log.sumUp(true);
    }
}
