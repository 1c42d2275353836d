package dev.rowrunner.runner;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs of a kind are the same one, and how long one keeps others out.
 *
 * @param during how long a job keeps the same one from being stored
 * @param period for {@link During#PERIOD}, from when the job was stored
 * @param args the names of the args that tell jobs apart; empty: all of them
 */
public record Unique(During during, @Nullable Duration period, List<String> args) {

    public enum During {
        /** Until an attempt begins. */
        WAITING,
        /** Until it has succeeded, was discarded, or is a dead letter. */
        UNFINISHED,
        /** For a time, whatever becomes of it. */
        PERIOD
    }

    public Unique {
        args = List.copyOf(args);
        if ((during == During.PERIOD) != (period != null)) {
            throw new IllegalArgumentException(
                    "A job unique for a period has one, and no other has; was " + during + " with period " + period);
        }
        if (period != null && (period.isNegative() || period.isZero())) {
            throw new IllegalArgumentException("A period is longer than nothing, was " + period);
        }
    }

    public static Unique whileWaiting(String... args) {
        return new Unique(During.WAITING, null, List.of(args));
    }

    public static Unique whileUnfinished(String... args) {
        return new Unique(During.UNFINISHED, null, List.of(args));
    }

    public static Unique forPeriod(Duration period, String... args) {
        return new Unique(During.PERIOD, period, List.of(args));
    }
}
