package dev.rowrunner.bench;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** What a handler does, and what is known of it: how often it was called, when first and last. */
final class Work implements LongConsumer {

    private final LongConsumer doing;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong first = new AtomicLong();
    private volatile long last;

    private Work(LongConsumer doing) {
        this.doing = doing;
    }

    static Work nothing() {
        return new Work(n -> {});
    }

    static Work of(LongConsumer doing) {
        return new Work(doing);
    }

    /** Notes how long after its time each job began. */
    static Work timing(AtomicLongArray dueNanos) {
        return new Work(n -> dueNanos.updateAndGet((int) n, due -> System.nanoTime() - due));
    }

    @Override
    public void accept(long number) {
        first.compareAndSet(0, System.nanoTime());
        doing.accept(number);
        last = System.nanoTime();
        done.incrementAndGet();
    }

    long done() {
        return done.get();
    }

    /** Waits until so many are done, or the time since the first has passed. */
    void await(long jobs, Duration limit) {
        long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (done.get() < jobs && System.nanoTime() < (first.get() == 0 ? patience : first.get() + limit.toNanos())) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    GrowthWorker.Tally tally() {
        return new GrowthWorker.Tally(done.get(), clock(first.get()), clock(last));
    }

    private static double clock(long nanos) {
        return System.currentTimeMillis() - (System.nanoTime() - nanos) / 1e6;
    }

    /** Per second, from the first to the last. */
    double rate() {
        return done.get() / ((last - first.get()) / 1e9);
    }
}
