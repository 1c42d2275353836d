package dev.rowrunner.usage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Counters of one shard as they were read at one moment: those to write, and those that can't be. */
class Batch {

    private static final String NO_INTEGER = "holds no integer of 64 bits";

    private final List<String> names;
    private final List<CounterKey> keys;
    private final List<Entry> entries;
    private final Map<String, String> bad = new LinkedHashMap<>();
    private final List<String> absent = new ArrayList<>();

    /** @param names of counters, each once */
    Batch(List<String> names) {
        this.names = names;
        this.keys = names.stream().map(CounterKey::parse).toList();
        this.entries = new ArrayList<>(names.size());
    }

    void fill(RedisShard.Reading reading, long flush) {
        for (int i = 0; i < keys.size(); i++) {
            add(keys.get(i), reading.values().get(i), reading.marks().get(i), flush);
        }
    }

    private void add(CounterKey key, @Nullable String value, @Nullable String mark, long flush) {
        if (value == null) {
            absent.add(key.key());
            return;
        }
        var reason = whyBad(value);
        if (reason == null) {
            entries.add(Entry.of(key, Long.parseLong(value), Mark.parse(mark), flush, newEpoch()));
        } else {
            bad.put(key.key(), reason);
        }
    }

    /** Why a string is no counter, or null if it is one. What INCRBY takes: no plus, no leading zeros, no spaces. */
    static @Nullable String whyBad(String value) {
        try {
            long number = Long.parseLong(value);
            if (Long.toString(number).equals(value)) {
                return number < 0 ? "is negative" : null;
            }
        } catch (NumberFormatException e) {
            return NO_INTEGER;
        }
        return NO_INTEGER;
    }

    private static long newEpoch() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    /** Begins a new epoch for the entries at these indexes. Answers the new entries. */
    List<Entry> restore(Set<Integer> indexes) {
        indexes.forEach(index -> entries.set(index, entries.get(index).restored(newEpoch())));
        return indexes.stream().map(entries::get).toList();
    }

    List<Entry> entries() {
        return entries;
    }

    /** Keys that hold strings which are no counters, with the reason. */
    Map<String, String> bad() {
        return bad;
    }

    /** All of them, whatever became of each. */
    List<String> names() {
        return names;
    }

    List<CounterKey> keys() {
        return keys;
    }

    /** Keys that hold no string: nothing at all, or something of another type. */
    List<String> absent() {
        return absent;
    }
}
