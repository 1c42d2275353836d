package dev.rowrunner.runner.jobrunr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Lets callers who come at the same time share one commit. Whoever finds nobody at work does all that waits, his own and
 * others', while the next gather. Nobody returns before his own is committed. Two commits side by side would each carry half
 * as much, and cost more than the wait for the disk that they save. A lone caller waits for nobody; where there were many,
 * those who were just told mostly come back at once, and the next commit gives them a moment for it.
 *
 * @param <W> what a caller wants done
 * @param <R> what he gets for it
 */
final class GroupCommit<W, R> {

    private static final int MOST_TOGETHER = 500;

    /** Fewer gain less than the moment costs them. */
    private static final int MANY = 5;

    private static final long MOMENT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private record Caller<W, R>(W wanted, CompletableFuture<R> done, CompletableFuture<Boolean> mustWork) {}

    private final Function<List<W>, List<R>> work;
    private final Queue<Caller<W, R>> waiting = new ArrayDeque<>();
    private boolean working;

    /** So many callers there were when the last work was done: its own, and those who waited. */
    private int lately;

    /**
     * @param work does and commits all or nothing, and answers in the order of what is wanted. Where it throws, it is
     *     called again with each alone: one caller's mistake is not the others'. Not where the database is away, which is
     *     everybody's
     */
    GroupCommit(Function<List<W>, List<R>> work) {
        this.work = work;
    }

    R run(W wanted) {
        var caller = new Caller<W, R>(wanted, new CompletableFuture<>(), new CompletableFuture<>());
        boolean mustWork;
        synchronized (this) {
            waiting.add(caller);
            mustWork = !working;
            working = true;
        }
        if (mustWork || caller.mustWork().join()) {
            try {
                gather();
                doTogether(next());
            } finally {
                passOn();
            }
        }
        return result(caller);
    }

    private static <R> R result(Caller<?, R> caller) {
        try {
            return caller.done().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** What the callers do meanwhile needs the processor more than this thread does. */
    private void gather() {
        long end = System.nanoTime() + MOMENT_NANOS;
        while (areMissing() && System.nanoTime() < end) {
            Thread.yield();
        }
    }

    private synchronized boolean areMissing() {
        return lately >= MANY && waiting.size() < lately;
    }

    private synchronized List<Caller<W, R>> next() {
        var batch = new ArrayList<Caller<W, R>>();
        while (!waiting.isEmpty() && batch.size() < MOST_TOGETHER) {
            batch.add(waiting.remove());
        }
        return batch;
    }

    private synchronized void passOn() {
        if (waiting.isEmpty()) {
            working = false;
        } else {
            waiting.element().mustWork().complete(true);
        }
    }

    private void doTogether(List<Caller<W, R>> batch) {
        try {
            var results = work.apply(batch.stream().map(Caller::wanted).toList());
            count(batch);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).done().complete(results.get(i));
            }
        } catch (RuntimeException e) {
            if (batch.size() == 1 || DatabaseTrouble.passes(e)) {
                fail(batch, e);
            } else {
                batch.forEach(caller -> doTogether(List.of(caller)));
            }
        } catch (Error e) {
            fail(batch, e);
        }
        batch.forEach(caller -> caller.mustWork().complete(false));
    }

    private synchronized void count(List<Caller<W, R>> batch) {
        lately = Math.min(batch.size() + waiting.size(), MOST_TOGETHER);
    }

    private static <W, R> void fail(List<Caller<W, R>> batch, Throwable e) {
        batch.forEach(caller -> caller.done().completeExceptionally(e));
    }
}
