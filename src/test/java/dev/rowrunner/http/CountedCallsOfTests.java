package dev.rowrunner.http;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lets time pass for the calls that count: they go by the database's clock, which a test can't set. */
@Component
class CountedCallsOfTests {

    private final JdbcClient jdbc;

    CountedCallsOfTests(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void forget() {
        jdbc.sql("DELETE FROM http.rate_limit").update();
    }

    void letPass(Duration time) {
        jdbc.sql("""
                        UPDATE http.rate_limit
                        SET calls = ARRAY(SELECT at - :seconds * interval '1 second' FROM unnest(calls) AS at ORDER BY at),
                            expires_at = expires_at - :seconds * interval '1 second'
                        """).param("seconds", time.toSeconds()).update();
    }

    List<String> callers() {
        return jdbc.sql("SELECT caller FROM http.rate_limit ORDER BY caller")
                .query(String.class)
                .list();
    }
}
