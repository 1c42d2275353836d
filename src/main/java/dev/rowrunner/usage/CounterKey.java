package dev.rowrunner.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a counter in Redis: {@code usage:acme:2025-11-01:queries} counts a day (UTC),
 * {@code usage:acme:2025-11-01T07:queries} an hour of it. A merchant in braces, {@code usage:{acme}:...}, is the same
 * merchant: on Redis Cluster they keep a merchant's keys together.
 *
 * @param key as it stands in Redis
 * @param hour 0 to 23, or {@link #WHOLE_DAY}
 */
record CounterKey(String key, String merchant, LocalDate date, int hour, String metric) {

    static final String PREFIX = "usage:";
    static final int WHOLE_DAY = -1;

    static final String NAME_RULE = "1 to 100 letters, digits, '.', '_' or '-', a letter or digit first";
    private static final int LONGEST_NAME = 100;
    private static final Pattern HOUR = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3])");
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    /** The windows of the counters that were parsed last: a million counters are of a few days. */
    private static final Map<String, LocalDate> DATES = new ConcurrentHashMap<>();

    private static final int MOST_DATES = 10_000;

    /** The counter of a day. Merchant and metric must be valid names. */
    static CounterKey ofDay(String merchant, String metric, Instant at) {
        var date = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return new CounterKey(PREFIX + merchant + ":" + date + ":" + metric, merchant, date, WHOLE_DAY, metric);
    }

    static boolean isName(@Nullable String name) {
        if (name == null || name.isEmpty() || name.length() > LONGEST_NAME || !isLetterOrDigit(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** Where the counter's {@link Mark} stands. */
    String markKey() {
        return "usage-mark:" + key.substring(PREFIX.length());
    }

    /** @throws InvalidUsage with the reason, if this is not the name of a counter */
    static CounterKey parse(String key) {
        int afterMerchant = key.indexOf(':', PREFIX.length());
        int afterWindow = key.indexOf(':', afterMerchant + 1);
        if (!key.startsWith(PREFIX) || afterMerchant < 0 || afterWindow < 0 || key.indexOf(':', afterWindow + 1) >= 0) {
            throw new InvalidUsage("key", "not of the form usage:{merchantId}:{date}:{metricType}");
        }
        var merchant = withoutBraces(key.substring(PREFIX.length(), afterMerchant));
        if (!isName(merchant)) {
            throw new InvalidUsage("key", "the merchant is not " + NAME_RULE);
        }
        var metric = key.substring(afterWindow + 1);
        if (!isName(metric)) {
            throw new InvalidUsage("key", "the metric is not " + NAME_RULE);
        }
        var window = key.substring(afterMerchant + 1, afterWindow);
        return new CounterKey(key, merchant, dateOf(window), hourOf(window), metric);
    }

    private static String withoutBraces(String merchant) {
        return merchant.startsWith("{") && merchant.endsWith("}")
                ? merchant.substring(1, merchant.length() - 1)
                : merchant;
    }

    private static LocalDate dateOf(String window) {
        var known = DATES.get(window);
        if (known != null) {
            return known;
        }
        var date = parseDate(window);
        if (DATES.size() < MOST_DATES) {
            DATES.put(window, date);
        }
        return date;
    }

    private static LocalDate parseDate(String window) {
        if (!DAY.matcher(window).matches() && !HOUR.matcher(window).matches()) {
            throw new InvalidUsage("key", "the date is not of the form 2025-11-01 or 2025-11-01T07");
        }
        try {
            var date = LocalDate.parse(window.substring(0, 10));
            checkDate("key", date);
            return date;
        } catch (DateTimeParseException e) {
            throw new InvalidUsage("key", "there is no such date");
        }
    }

    /** PostgreSQL knows no year 0, and a key has four digits for the year. */
    static void checkDate(String field, LocalDate date) {
        if (date.getYear() < 1 || date.getYear() > 9999) {
            throw new InvalidUsage(field, field + " must be a date of the years 1 to 9999, was " + date);
        }
    }

    private static int hourOf(String window) {
        return window.length() == 10 ? WHOLE_DAY : Integer.parseInt(window.substring(11));
    }
}
