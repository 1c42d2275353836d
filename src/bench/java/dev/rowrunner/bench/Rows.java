package dev.rowrunner.bench;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of whoever uses a queue: callers update it beside what they enqueue, and so do handlers. */
final class Rows {

    private static final int COUNT = 10_000;

    private Rows() {}

    static void make(JdbcClient jdbc) {
        jdbc.sql("CREATE TABLE bench_row (id bigint PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50)")
                .update();
        jdbc.sql("INSERT INTO bench_row SELECT i, 0 FROM generate_series(0, ?) AS i")
                .param(COUNT)
                .update();
    }

    /** Numbers that are near each other meet different rows. */
    static void update(JdbcClient jdbc, long number) {
        jdbc.sql("UPDATE bench_row SET n = n + 1 WHERE id = ?")
                .param(number % COUNT)
                .update();
    }
}
