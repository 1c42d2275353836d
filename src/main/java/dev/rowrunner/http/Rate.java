package dev.rowrunner.http;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * How often something may be done.
 *
 * @param permits in any period of that length
 */
record Rate(int permits, Duration per) {

    /** A row keeps the time of each call that counts. */
    private static final int MOST_PERMITS = 1000;

    private static final Duration LONGEST = Duration.ofDays(31);

    Rate {
        if (permits < 1 || permits > MOST_PERMITS) {
            throw new IllegalArgumentException("a rate has from 1 to " + MOST_PERMITS + " permits, was " + permits);
        }
        if (per.compareTo(Duration.ofSeconds(1)) < 0 || per.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the period of a rate is from 1s to " + LONGEST.toDays() + "d, was " + per);
        }
    }

    static Rate of(int permits, String per) {
        return new Rate(permits, DurationStyle.SIMPLE.parse(per.toLowerCase(Locale.ROOT)));
    }

    /** Reads {@code 10/1h}. */
    static Rate parse(String text) {
        var parts = text.strip().split("/", -1);
        try {
            if (parts.length == 2) {
                return of(Integer.parseInt(parts[0].strip()), parts[1].strip());
            }
        } catch (NumberFormatException e) {
            throw unreadable(text, e);
        }
        throw unreadable(text, null);
    }

    private static IllegalArgumentException unreadable(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "a rate is permits and their period, such as 10/1h; was '" + text + "'", cause);
    }

    /** {@code 5 times in any 1h} */
    String words() {
        return permits + " times in any " + words(per);
    }

    /** {@code 1h}, {@code 59m 12s} */
    static String words(Duration duration) {
        var text = new StringBuilder();
        append(text, duration.toDays(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        return text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(text.isEmpty() ? "" : " ").append(number).append(unit);
        }
    }
}
