package dev.rowrunner.usage;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Which counters a run is about.
 *
 * @param name {@code day}, {@code all} or {@code dirty}
 * @param date null for every date
 * @param merchant null for every merchant
 */
record RunScope(
        String name, @Nullable LocalDate date, @Nullable String merchant) {

    static final RunScope ALL = new RunScope("all", null, null);
    static final RunScope DIRTY = new RunScope("dirty", null, null);

    /** @throws InvalidUsage if PostgreSQL has no such date */
    static RunScope day(LocalDate date, @Nullable String merchant) {
        CounterKey.checkDate("date", date);
        return new RunScope("day", date, merchant);
    }

    /** A glob that finds the keys, and may find more. */
    String pattern() {
        return CounterKey.PREFIX + "*" + (date == null ? "" : ":" + date + "*");
    }

    boolean covers(CounterKey key) {
        return (date == null || date.equals(key.date())) && (merchant == null || merchant.equals(key.merchant()));
    }

    /** Whether the key is a counter, and covered. */
    boolean covers(String key) {
        try {
            return covers(CounterKey.parse(key));
        } catch (InvalidUsage noCounter) {
            return false;
        }
    }

    /** Whether Redis is searched for keys; otherwise the dirty index is trusted. */
    boolean searches() {
        return !name.equals(DIRTY.name);
    }
}
