package dev.rowrunner.usage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Usage to count. Whatever can't be counted is refused by {@link #check} before anything is.
 *
 * @param by 1 to 10^12
 * @param eventId makes the increment exactly-once for 35 days within its merchant and metric; may be absent
 * @param at decides the UTC day that is counted; now, when absent
 */
public record Increment(
        String merchant,
        String metric,
        long by,
        @Nullable String eventId,
        @Nullable Instant at) {

    static final long MOST = 1_000_000_000_000L;
    static final Duration LATEST = Duration.ofMinutes(5);
    static final Duration EARLIEST = Duration.ofDays(35);
    private static final Pattern EVENT_ID = Pattern.compile("[\\x21-\\x7E]{1,200}");

    public static Increment of(String merchant, String metric, long by) {
        return new Increment(merchant, metric, by, null, null);
    }

    /** @throws InvalidUsage naming the field and its bound */
    void check(Clock clock) {
        checkMerchant("merchantId", merchant);
        checkMetric("metric", metric);
        if (by < 1 || by > MOST) {
            throw new InvalidUsage("by", "by must be 1 to " + MOST + ", was " + by);
        }
        if (eventId != null && !EVENT_ID.matcher(eventId).matches()) {
            throw new InvalidUsage(
                    "eventId",
                    "eventId must be 1 to 200 visible ASCII characters without spaces, was " + quoted(eventId));
        }
        checkTime(clock.instant());
    }

    static void checkMerchant(String field, @Nullable String merchant) {
        checkName(field, merchant);
    }

    static void checkMetric(String field, @Nullable String metric) {
        checkName(field, metric);
    }

    private static void checkName(String field, @Nullable String name) {
        if (!CounterKey.isName(name)) {
            throw new InvalidUsage(field, field + " must be " + CounterKey.NAME_RULE + ", was " + quoted(name));
        }
    }

    private void checkTime(Instant now) {
        if (at != null && (at.isBefore(now.minus(EARLIEST)) || at.isAfter(now.plus(LATEST)))) {
            throw new InvalidUsage(
                    "at",
                    "at must be at most " + EARLIEST.toDays() + " days back and " + LATEST.toMinutes()
                            + " minutes ahead of " + now + ", was " + at);
        }
    }

    private static String quoted(@Nullable String text) {
        if (text == null) {
            return "missing";
        }
        return "'" + (text.length() <= 120 ? text : text.substring(0, 120) + "...") + "'";
    }

    CounterKey key(Clock clock) {
        return CounterKey.ofDay(merchant, metric, at == null ? clock.instant() : at);
    }
}
