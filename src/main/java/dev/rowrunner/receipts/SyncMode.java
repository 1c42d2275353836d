package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a sync lists. */
enum SyncMode {
    /** Everything that the source's query means. */
    FULL,
    /** What has come since the last sync; without one, everything. */
    INCREMENTAL;

    @JsonValue
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is neither */
    @JsonCreator
    static SyncMode ofWord(String word) {
        for (var mode : values()) {
            if (mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("mode is full or incremental, was '" + word + "'");
    }
}
