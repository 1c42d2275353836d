package dev.rowrunner.usage;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/** The keys under {@code usage:} that are no counters, with the reason. Every SCAN tries them again. */
@Repository
class BadKeys {

    private static final String RECORD = """
            INSERT INTO usage.bad_key AS known (key, reason, first_seen_at, last_seen_at)
            SELECT key, reason, ?, ? FROM unnest(?::text[], ?::text[]) AS found (key, reason)
            ON CONFLICT (key) DO UPDATE
            SET reason = excluded.reason, last_seen_at = excluded.last_seen_at, seen = known.seen + 1, resolved_at = NULL
            """;

    private static final String UNRESOLVED = """
            SELECT key FROM usage.bad_key WHERE resolved_at IS NULL AND key > ? ORDER BY key LIMIT 1000
            """;

    private static final String RESOLVE = """
            UPDATE usage.bad_key SET resolved_at = ? WHERE key = ANY (?) AND resolved_at IS NULL
            """;

    private final JdbcTemplate jdbc;
    private final Clock clock;

    BadKeys(JdbcTemplate jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    void record(Map<String, String> reasons) {
        var now = timestamp(clock.instant());
        var keys = reasons.keySet().stream().map(BadKeys::storable).toArray(String[]::new);
        jdbc.update(RECORD, now, now, keys, reasons.values().toArray(String[]::new));
    }

    /** The next thousand unresolved ones after the given key. */
    List<String> unresolvedAfter(String key) {
        return jdbc.queryForList(UNRESOLVED, String.class, key);
    }

    void resolve(List<String> keys) {
        jdbc.update(RESOLVE, timestamp(clock.instant()), keys.toArray(String[]::new));
    }

    /** PostgreSQL's texts can't hold a NUL, and Redis' keys can. */
    private static String storable(String key) {
        return key.replace('\0', '\uFFFD');
    }

    private static OffsetDateTime timestamp(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
