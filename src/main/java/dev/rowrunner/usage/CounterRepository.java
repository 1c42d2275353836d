package dev.rowrunner.usage;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/** The counters in PostgreSQL. */
@Repository
class CounterRepository {

    /** A process that is frozen in the middle of a flush must not hold its shard for ever. */
    private static final String BOUND = """
            SET LOCAL lock_timeout = '60s';
            SET LOCAL idle_in_transaction_session_timeout = '60s'
            """;

    /** Takes the shard for the rest of the transaction, so that no other flush reads or writes its counters. */
    private static final String BEGIN_FLUSH = """
            WITH before AS (SELECT * FROM usage.shard WHERE shard = ? FOR UPDATE)
            UPDATE usage.shard AS shard SET last_flush = nextval('usage.flush')
            FROM before WHERE shard.shard = before.shard
            RETURNING shard.last_flush, before.last_flush, before.counter_set, before.forgot_after, before.forgot_until
            """;

    private static final String REMEMBER_FORGOTTEN =
            "UPDATE usage.shard SET forgot_after = ?, forgot_until = ? WHERE shard = ?";

    private static final String REMEMBER_SET = "UPDATE usage.shard SET counter_set = ? WHERE shard = ?";

    /**
     * Keeps the greater value, so that a flush can be repeated. A row that a later flush wrote than Redis knows of is
     * left: its counter was restored from a snapshot.
     */
    private static final String UPSERT = """
            INSERT INTO usage.counter AS stored
                (merchant_id, usage_date, usage_hour, metric_type, epoch, base, value, flush, flushed_at)
            SELECT merchant_id, date '1970-01-01' + usage_day, usage_hour, metric_type, epoch, base, value, seen, ?
            FROM unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                AS read (merchant_id, usage_day, usage_hour, metric_type, epoch, base, value, seen)
            ON CONFLICT (merchant_id, usage_date, metric_type, usage_hour, epoch) DO UPDATE
            SET value = excluded.value, flush = ?, flushed_at = excluded.flushed_at
            WHERE stored.value < excluded.value AND stored.flush <= excluded.flush
            """;

    private static final String RESTORED = """
            SELECT read.n
            FROM unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::bigint[], ?::bigint[]) WITH ORDINALITY
                AS read (merchant_id, usage_day, usage_hour, metric_type, epoch, seen, n)
            JOIN usage.counter AS stored USING (merchant_id, metric_type, usage_hour, epoch)
            WHERE stored.usage_date = date '1970-01-01' + read.usage_day
              AND stored.flush > read.seen AND stored.flush <> ?
            """;

    private static final String FORGOTTEN = """
            SELECT DISTINCT read.n
            FROM unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::bigint[]) WITH ORDINALITY
                AS read (merchant_id, usage_day, usage_hour, metric_type, epoch, n)
            JOIN usage.counter AS stored USING (merchant_id, metric_type, usage_hour)
            WHERE stored.usage_date = date '1970-01-01' + read.usage_day
              AND stored.epoch <> read.epoch AND stored.flush > ? AND stored.flush <= ?
            """;

    private final JdbcTemplate jdbc;

    CounterRepository(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param flush the number of the flush that begins
     * @param before the number of the shard's last flush
     * @param set the set of counters that was seen then; null at the very first
     * @param forgotten the flushes that Redis forgot when it was restored from a snapshot; null if it never was
     */
    record Begun(
            long flush,
            long before,
            @Nullable UUID set,
            @Nullable Forgotten forgotten) {}

    record Forgotten(long after, long until) {}

    Begun beginFlush(int shard) {
        jdbc.execute(BOUND);
        return Objects.requireNonNull(jdbc.queryForObject(
                BEGIN_FLUSH,
                (row, n) -> new Begun(
                        row.getLong(1),
                        row.getLong(2),
                        row.getObject(3, UUID.class),
                        row.getObject(5) == null ? null : new Forgotten(row.getLong(4), row.getLong(5))),
                shard));
    }

    void rememberSet(int shard, UUID set) {
        jdbc.update(REMEMBER_SET, set, shard);
    }

    void rememberForgotten(int shard, Forgotten forgotten) {
        jdbc.update(REMEMBER_FORGOTTEN, forgotten.after(), forgotten.until(), shard);
    }

    /** Those of the new-born counters that had another epoch in a flush which Redis forgot. */
    List<Entry> forgotten(List<Entry> newborn, Forgotten forgotten) {
        return write(connection -> {
            try (var statement = connection.prepareStatement(FORGOTTEN)) {
                setIdentity(statement, 1, connection, newborn);
                statement.setLong(6, forgotten.after());
                statement.setLong(7, forgotten.until());
                return indexes(statement).stream().map(newborn::get).toList();
            }
        });
    }

    /** Takes the shard for the rest of the transaction, as {@link #beginFlush} does. */
    void lock(int shard) {
        jdbc.execute(BOUND);
        jdbc.queryForObject("SELECT shard FROM usage.shard WHERE shard = ? FOR UPDATE", Integer.class, shard);
    }

    /** The number of the last flush of each shard, in their order. */
    List<Long> lastFlushes() {
        return jdbc.queryForList("SELECT last_flush FROM usage.shard ORDER BY shard", Long.class);
    }

    /** Takes these for the numbers of the shards' last flushes, in their order, where it knows of lower ones. */
    void hasCaughtUp(List<Long> flushes) {
        for (int shard = 0; shard < flushes.size(); shard++) {
            jdbc.update(
                    "UPDATE usage.shard SET last_flush = greatest(last_flush, ?) WHERE shard = ?",
                    flushes.get(shard),
                    shard);
        }
    }

    /** Numbers the next flush higher than this one. */
    void skipFlushesTo(long flush) {
        jdbc.query("SELECT setval('usage.flush', ?) FROM usage.flush WHERE last_value < ?", rows -> {}, flush, flush);
    }

    /** Answers how many rows were written; the others held the same already, or are {@link #restored}. */
    int upsert(List<Entry> entries, long flush, Instant now) {
        return write(connection -> {
            try (var statement = connection.prepareStatement(UPSERT)) {
                statement.setObject(1, OffsetDateTime.ofInstant(now, ZoneOffset.UTC));
                setIdentity(statement, 2, connection, entries);
                setLongs(
                        statement,
                        7,
                        connection,
                        entries.stream().mapToLong(e -> e.mark().base()));
                setLongs(
                        statement,
                        8,
                        connection,
                        entries.stream().mapToLong(e -> e.mark().value()));
                setLongs(statement, 9, connection, entries.stream().mapToLong(Entry::seen));
                statement.setLong(10, flush);
                return statement.executeUpdate();
            }
        });
    }

    /** The indexes of those entries that an earlier flush than this one brought, and Redis does not know of. */
    Set<Integer> restored(List<Entry> entries, long flush) {
        return write(connection -> {
            try (var statement = connection.prepareStatement(RESTORED)) {
                setIdentity(statement, 1, connection, entries);
                setLongs(statement, 6, connection, entries.stream().mapToLong(Entry::seen));
                statement.setLong(7, flush);
                return indexes(statement);
            }
        });
    }

    /** Of rows that answer ordinals, which count from 1. */
    private static Set<Integer> indexes(PreparedStatement statement) throws SQLException {
        var indexes = new HashSet<Integer>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                indexes.add(rows.getInt(1) - 1);
            }
        }
        return indexes;
    }

    private <T> T write(ConnectionCallback<T> work) {
        return Objects.requireNonNull(jdbc.execute(work));
    }

    /** Binds merchants, days since 1970, hours, metrics and epochs at five parameters from the given one on. */
    private static void setIdentity(PreparedStatement statement, int from, Connection connection, List<Entry> entries)
            throws SQLException {
        int size = entries.size();
        var merchants = new String[size];
        var days = new int[size];
        var hours = new int[size];
        var metrics = new String[size];
        for (int i = 0; i < size; i++) {
            var key = entries.get(i).key();
            merchants[i] = key.merchant();
            days[i] = (int) key.date().toEpochDay();
            hours[i] = key.hour();
            metrics[i] = key.metric();
        }
        var postgres = connection.unwrap(PGConnection.class);
        statement.setArray(from, postgres.createArrayOf("text", merchants));
        statement.setArray(from + 1, postgres.createArrayOf("int4", days));
        statement.setArray(from + 2, postgres.createArrayOf("int4", hours));
        statement.setArray(from + 3, postgres.createArrayOf("text", metrics));
        setLongs(
                statement,
                from + 4,
                connection,
                entries.stream().mapToLong(e -> e.mark().epoch()));
    }

    private static void setLongs(PreparedStatement statement, int index, Connection connection, LongStream values)
            throws SQLException {
        Array array = connection.unwrap(PGConnection.class).createArrayOf("int8", values.toArray());
        statement.setArray(index, array);
    }
}
