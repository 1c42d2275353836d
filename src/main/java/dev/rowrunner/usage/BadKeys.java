package dev.rowrunner.usage;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/** The keys under {@code usage:} that are no counters, with the reason. Every SCAN tries them again. */
@Repository
class BadKeys {

    private static final String RECORD = """
            INSERT INTO usage.bad_key AS known (key, reason, first_seen_at, last_seen_at)
            SELECT key, reason, ?, ? FROM unnest(?::text[], ?::text[]) AS found (key, reason) ORDER BY key COLLATE "C"
            ON CONFLICT (key) DO UPDATE
            SET reason = excluded.reason, last_seen_at = excluded.last_seen_at, seen = known.seen + 1, resolved_at = NULL
            """;

    private static final String UNRESOLVED = """
            SELECT key FROM usage.bad_key WHERE resolved_at IS NULL AND key > ? ORDER BY key LIMIT 1000
            """;

    private static final String RESOLVE = """
            UPDATE usage.bad_key SET resolved_at = ?
            WHERE key IN (SELECT key FROM usage.bad_key
                          WHERE key = ANY (?) AND resolved_at IS NULL ORDER BY key FOR UPDATE)
            """;

    private static final String ALTERED = """
            SELECT key FROM usage.bad_key
            WHERE resolved_at IS NULL AND last_seen_at < ? AND (length(key) > ? OR strpos(key, chr(65533)) > 0)
            """;

    private static final int LONGEST = 400;
    private static final char UNKNOWN = '\uFFFD';

    private final JdbcTemplate jdbc;
    private final Clock clock;

    BadKeys(JdbcTemplate jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    void record(Map<String, String> reasons) {
        var now = timestamp(clock.instant());
        var storable = new LinkedHashMap<String, String>();
        reasons.forEach((key, reason) -> storable.put(storable(key), reason));
        jdbc.update(
                RECORD,
                now,
                now,
                storable.keySet().toArray(String[]::new),
                storable.values().toArray(String[]::new));
    }

    /** The next thousand unresolved ones after the given key. */
    List<String> unresolvedAfter(String key) {
        return jdbc.queryForList(UNRESOLVED, String.class, key);
    }

    void resolve(List<String> keys) {
        jdbc.update(RESOLVE, timestamp(clock.instant()), keys.toArray(String[]::new));
    }

    /** Those that stand here under another name than in Redis, so that only a search can tell whether they are gone. */
    List<String> alteredNotSeenSince(Instant time) {
        return jdbc.queryForList(ALTERED, String.class, timestamp(time), LONGEST);
    }

    /** Whether Redis can be asked for the key by the name that it has here. */
    static boolean isAsInRedis(String key) {
        return key.indexOf(UNKNOWN) < 0 && key.codePointCount(0, key.length()) <= LONGEST;
    }

    /** PostgreSQL's texts can't hold a NUL, and its indexes no long text; Redis' keys can be anything. */
    private static String storable(String key) {
        if (key.codePointCount(0, key.length()) <= LONGEST) {
            return key.replace('\0', UNKNOWN);
        }
        var beginning = key.substring(0, key.offsetByCodePoints(0, LONGEST));
        return storable(beginning) + "... " + UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    }

    private static OffsetDateTime timestamp(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
