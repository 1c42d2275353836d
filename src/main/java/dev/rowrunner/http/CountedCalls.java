package dev.rowrunner.http;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Counts calls for all processes, by the database's clock. Each row keeps the times of the calls that still count, so
 * that "five in any hour" is meant: a fixed window lets ten through around its edge, and so does a bucket that fills.
 */
@Repository
class CountedCalls {

    /** Takes a permit if one is left, and deletes a few rows in which no call counts any more. */
    private static final String TAKE = """
            WITH over AS (
                DELETE FROM http.rate_limit WHERE (caller, name) IN (
                    SELECT caller, name FROM http.rate_limit
                    WHERE expires_at < clock_timestamp() AND (caller, name) <> (:caller, :name)
                    LIMIT 10 FOR UPDATE SKIP LOCKED))
            INSERT INTO http.rate_limit AS r (caller, name, calls, expires_at)
            VALUES (:caller, :name, ARRAY [clock_timestamp()], clock_timestamp() + :seconds * interval '1 second')
            ON CONFLICT (caller, name) DO UPDATE
            SET calls = http.calls_that_count(r.calls, :seconds) || clock_timestamp(),
                expires_at = clock_timestamp() + :seconds * interval '1 second'
            WHERE cardinality(http.calls_that_count(r.calls, :seconds)) < :permits
            RETURNING :permits - cardinality(calls) AS left_over, http.seconds_until_over(calls, 1, :seconds) AS seconds
            """;

    /** The next permit is there when so many calls count no more that one fewer than the permits is left. */
    private static final String WAIT = """
            SELECT http.seconds_until_over(calls, cardinality(calls) - :permits + 1, :seconds)
            FROM http.rate_limit WHERE caller = :caller AND name = :name
            """;

    /**
     * @param left how many permits are left
     * @param seconds until the oldest call that counts does so no more
     */
    record Permit(int left, long seconds) {}

    private final JdbcClient jdbc;

    CountedCalls(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Counts a call, or answers nothing where it may not be. */
    Optional<Permit> take(String caller, String name, Rate rate) {
        return statement(TAKE, caller, name, rate)
                .query((row, number) -> new Permit(row.getInt("left_over"), row.getLong("seconds")))
                .optional();
    }

    /** Seconds until a permit is there, one at least. */
    long secondsUntilNext(String caller, String name, Rate rate) {
        return statement(WAIT, caller, name, rate).query(Long.class).optional().orElse(1L);
    }

    private JdbcClient.StatementSpec statement(String sql, String caller, String name, Rate rate) {
        return jdbc.sql(sql)
                .param("caller", caller)
                .param("name", name)
                .param("permits", rate.permits())
                .param("seconds", rate.per().toSeconds());
    }
}
