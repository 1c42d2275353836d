package dev.rowrunner.usage;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A counter on its way into PostgreSQL.
 *
 * @param markText the mark as it stood in Redis, empty for none
 * @param mark the mark to write
 * @param seen the number of the last flush that Redis knows of for this epoch; PostgreSQL knowing a later one betrays
 *     a restored snapshot
 */
record Entry(CounterKey key, String markText, Mark mark, long seen) {

    /**
     * Continues the counter's life where its mark left it, or begins a new one: without a mark the counter is newly
     * born, and a counter that is lower than its mark was lost and born again.
     */
    static Entry of(CounterKey key, long value, @Nullable String markText, long flush, long newEpoch) {
        var before = Mark.parse(markText);
        if (before == null || value < before.value()) {
            return new Entry(key, textOf(markText), new Mark(newEpoch, 0, flush, value), flush);
        }
        var after = new Mark(before.epoch(), before.base(), flush, value);
        return new Entry(key, textOf(markText), after, before.flush());
    }

    /**
     * Begins a new life for a counter that an older snapshot brought back: PostgreSQL holds more than its mark says, so
     * only what came since the mark is added. That may count twice what came between the mark and the snapshot.
     */
    Entry restored(long newEpoch) {
        long base = Objects.requireNonNull(Mark.parse(markText)).value();
        return new Entry(key, markText, new Mark(newEpoch, base, mark.flush(), mark.value()), mark.flush());
    }

    /** What the counter's epoch adds to its total. */
    long contribution() {
        return mark.value() - mark.base();
    }

    private static String textOf(@Nullable String markText) {
        return markText == null ? "" : markText;
    }
}
