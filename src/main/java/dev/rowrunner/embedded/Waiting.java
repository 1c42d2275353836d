package dev.rowrunner.embedded;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another process does and can't tell us. */
final class Waiting {

    private Waiting() {}

    /** Answers whether it came true in time. */
    static boolean until(BooleanSupplier condition, Duration patience, Duration pause) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause(pause);
        }
        return true;
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for another process", e);
        }
    }
}
