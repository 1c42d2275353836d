package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Handlers.Handled;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs claimed attempts on JobRunr's executor, as many at once as there are slots: the handler, and nothing of the
 * storage. Who is claimed ahead waits here for a slot, which passes from one attempt to the next.
 */
final class Runner {

    /**
     * A claimed attempt and its handler.
     *
     * @param prompt the worker was idle when the job became ready
     */
    record Claimed(Attempt attempt, Handled<?> handled, boolean prompt) {}

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final WorkerParts parts;
    private final int slots;
    private final Executor executor;
    private final BooleanSupplier leaseIsFresh;
    private final Consumer<Outcome> ended;

    private final Queue<Claimed> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private volatile boolean stopped;

    /**
     * @param leaseIsFresh whether what was claimed is still this worker's
     * @param ended called with each outcome on the thread that ran the attempt
     */
    Runner(WorkerParts parts, Slots slots, BooleanSupplier leaseIsFresh, Consumer<Outcome> ended) {
        this.parts = parts;
        this.slots = slots.count();
        this.executor = slots;
        this.leaseIsFresh = leaseIsFresh;
        this.ended = ended;
    }

    void run(List<Claimed> claimed) {
        waiting.addAll(claimed);
        for (int i = 0; i < claimed.size() && takeSlot(); i++) {
            executor.execute(this::work);
        }
    }

    /** Begins none of those that wait: they are given back. */
    void stop() {
        stopped = true;
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            giveBack(next.attempt(), "the worker stopped before it began");
        }
    }

    /** Those that wait for longer than was thought go to whoever has a slot: jobs that were short have become long. */
    void giveBackStale() {
        for (var first = waiting.peek(); first != null && isStale(first); first = waiting.peek()) {
            if (waiting.remove(first)) {
                giveBack(first.attempt(), "no slot became free for it");
            }
        }
    }

    private static boolean isStale(Claimed claimed) {
        return claimed.attempt().age().compareTo(PATIENCE) > 0;
    }

    private boolean takeSlot() {
        int taken = busy.get();
        while (taken < slots) {
            if (busy.compareAndSet(taken, taken + 1)) {
                return true;
            }
            taken = busy.get();
        }
        return false;
    }

    private void work() {
        do {
            try {
                for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                    run(next);
                }
            } finally {
                busy.decrementAndGet();
            }
            // One that came after the last look, when all slots seemed taken.
        } while (!waiting.isEmpty() && takeSlot());
    }

    private void run(Claimed claimed) {
        var attempt = claimed.attempt();
        if (stopped) {
            giveBack(attempt, "the worker stopped before it began");
        } else if (!leaseIsFresh.getAsBoolean()) {
            // Frozen between claim and start: another worker may have the job by now.
            giveBack(attempt, "its lease ended before it began");
        } else {
            var wait = Duration.between(attempt.claim().readyAt(), parts.clock().instant());
            parts.meters().began(attempt, wait, claimed.prompt());
            ended.accept(new HandlerCall<>(attempt, claimed.handled(), parts.jsonArgs(), parts.clock()).run());
        }
    }

    private void giveBack(Attempt attempt, String why) {
        ended.accept(Outcome.unstarted(attempt, parts.clock().instant(), why));
    }
}
