package dev.rowrunner.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How jobs are enqueued: many by one caller, or one by one by many. */
final class Load {

    interface Bulk {
        void enqueueAll(List<Long> numbers) throws Exception;
    }

    interface Single {
        void enqueue(long number) throws Exception;
    }

    private static final int CALLERS = 16;
    private static final int MOST_AT_ONCE = 5000;
    private static final long LONG_ENOUGH = Duration.ofMillis(250).toNanos();

    private int chunk = 625;

    /** Answers how many. Who stores few in a second is given fewer at once, lest he overrun the limit by much. */
    long enqueueAll(long jobs, Duration limit, Bulk bulk) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        long stored = 0;
        long began;
        while (stored < jobs && (began = System.nanoTime()) < end) {
            long next = Math.min(stored + chunk, jobs);
            bulk.enqueueAll(LongStream.range(stored, next).boxed().toList());
            stored = next;
            if (System.nanoTime() - began < LONG_ENOUGH) {
                chunk = Math.min(2 * chunk, MOST_AT_ONCE);
            }
        }
        return stored;
    }

    /** Jobs per second that the callers store side by side. */
    static double singles(Duration time, Single single) throws Exception {
        var stored = new AtomicLong();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        sideBySide(() -> {
            while (System.nanoTime() < end) {
                single.enqueue(stored.getAndIncrement());
            }
            return null;
        });
        return stored.get() / ((System.nanoTime() - began) / 1e9);
    }

    static void sideBySide(Callable<Void> caller) throws Exception {
        var threads = Executors.newFixedThreadPool(CALLERS);
        try {
            var callers = IntStream.range(0, CALLERS).mapToObj(i -> caller).toList();
            for (var done : threads.invokeAll(callers)) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
