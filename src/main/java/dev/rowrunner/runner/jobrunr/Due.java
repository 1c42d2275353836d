package dev.rowrunner.runner.jobrunr;

import java.time.Duration;

/** Says when something is to be done again: after a time, or when asked for, though never so often that it fills it. */
final class Due {

    /** What takes long is done less often than it is asked for. */
    private static final int SHARE = 10;

    private final long every;
    private long last = Long.MIN_VALUE;
    private long took;

    Due(Duration every) {
        this.every = every.toNanos();
    }

    /** Whether it is to be done now; then it counts as done. */
    boolean isDue(boolean asked) {
        long now = System.nanoTime();
        long since = last == Long.MIN_VALUE ? Long.MAX_VALUE : now - last;
        if (since < Math.max(asked ? 0 : every, took * SHARE)) {
            return false;
        }
        last = now;
        return true;
    }

    void takes(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        took = System.nanoTime() - begin;
    }
}
