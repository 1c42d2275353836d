package dev.rowrunner.admin;

import dev.rowrunner.runner.Refused;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Bounds of what callers send, and the rules that name them. Nothing may contain NUL, which PostgreSQL can't store. */
final class Bounds {

    /** Tenants and keys stand in indexes: 500 bytes even where each character takes four. */
    static final String KEY = "[^\\x00]{1,125}|[\\x01-\\x7f]{1,500}";

    static final String KEY_RULE = "must have 1 to 500 characters, 125 where they are not plain ASCII, and no NUL";

    static final String REASON = "[^\\x00]{1,1000}";
    static final String REASON_RULE = "must have 1 to 1000 characters, and no NUL";

    private static final Instant FIRST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    private Bounds() {}

    static void checkTime(String field, @Nullable Instant at) {
        if (at != null && (at.isBefore(FIRST) || at.isAfter(LAST))) {
            throw Refused.field(field, field + " must be from " + FIRST + " to " + LAST + ", was '" + at + "'.");
        }
    }
}
