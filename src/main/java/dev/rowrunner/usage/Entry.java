package dev.rowrunner.usage;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A counter on its way into PostgreSQL.
 *
 * @param before the mark as it stood in Redis
 * @param mark the mark to write
 */
record Entry(CounterKey key, @Nullable Mark before, Mark mark) {

    /**
     * Continues the counter's life where its mark left it, or begins a new one: without a mark the counter is newly
     * born, and a counter that is lower than its mark was lost and born again.
     */
    static Entry of(CounterKey key, long value, @Nullable Mark before, long flush, long newEpoch) {
        var mark = before == null || value < before.value()
                ? new Mark(newEpoch, 0, flush, value)
                : new Mark(before.epoch(), before.base(), flush, value);
        return new Entry(key, before, mark);
    }

    /** The last flush that Redis knows of for this epoch. PostgreSQL knowing a later one betrays a restored snapshot. */
    long seen() {
        return before == null || before.epoch() != mark.epoch() ? mark.flush() : before.flush();
    }

    /**
     * Begins a new life for a counter that an older snapshot brought back: PostgreSQL holds more than its mark says, so
     * only what came since the mark is added. That may count twice what came between the mark and the snapshot.
     */
    Entry restored(long newEpoch) {
        long base = Objects.requireNonNull(before).value();
        return new Entry(key, before, new Mark(newEpoch, base, mark.flush(), mark.value()));
    }

    /** What the counter's epoch adds to its total. */
    long contribution() {
        return mark.value() - mark.base();
    }
}
