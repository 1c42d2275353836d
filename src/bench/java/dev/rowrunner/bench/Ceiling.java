package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * PostgreSQL alone: two connections claim and complete batches of 500 on a lean table and do nothing else; callers insert a
 * row, or insert it in their transactions; and what handlers do is done with no queue around it. No queue can be faster than
 * what it stands on. Does what each line on its standard input names, a {@link Part}, if it can.
 */
final class Ceiling {

    private static final int WARM_UP = 200_000;
    private static final int BATCH = 500;
    private static final Duration SINGLES = Duration.ofSeconds(2);

    private static final String TABLE = """
            CREATE TABLE lean (id bigint PRIMARY KEY, state smallint NOT NULL, version int NOT NULL, worker int, args jsonb)
                WITH (fillfactor = 70);
            CREATE INDEX lean_ready ON lean (id) WHERE state = 0
            """;

    private static final String CLAIM = """
            UPDATE lean SET state = 1, version = version + 1, worker = ?
            WHERE id = ANY (ARRAY(SELECT id FROM lean WHERE state = 0 ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED))
            RETURNING id
            """;

    private static final String INSERT = "INSERT INTO lean VALUES (?, 0, 1, NULL, '{\"n\": 1}')";

    private static final String COMPLETE =
            "UPDATE lean SET state = 2, version = version + 1 WHERE id = ANY (?) AND worker = ? AND state = 1";

    private final int jobs;
    private final HikariDataSource pool;
    private final JdbcClient jdbc;

    /** Never those of the batches. */
    private final AtomicLong next = new AtomicLong(1_000_000_000);

    private Ceiling(int jobs, HikariDataSource pool) {
        this.jobs = jobs;
        this.pool = pool;
        this.jdbc = JdbcClient.create(pool);
    }

    /** URL, user, password, jobs */
    public static void main(String[] args) throws Exception {
        int jobs = Integer.parseInt(args[3]);
        try (var pool = new Database(args[0], args[1], args[2]).pool(20)) {
            var jdbc = JdbcClient.create(pool);
            jdbc.sql(TABLE).update();
            Rows.make(jdbc);
            var ceiling = new Ceiling(jobs, pool);
            var asked = new Scanner(System.in, StandardCharsets.UTF_8);
            while (asked.hasNextLine()) {
                var result = ceiling.run(Part.valueOf(asked.nextLine()));
                System.out.println("RESULT " + JsonMapper.shared().writeValueAsString(result));
            }
        }
        System.exit(0);
    }

    private Map<String, Double> run(Part part) throws Exception {
        return switch (part) {
            case WARM_UP -> {
                Load.singles(SINGLES, n -> Rows.update(jdbc, n));
                yield fillAndDrain(WARM_UP);
            }
            case BULK_AND_DRAIN -> fillAndDrain(jobs);
            case DRAIN_WITH_SQL -> Map.of("drainedSql", Load.singles(SINGLES, n -> Rows.update(jdbc, n)));
            case SINGLE -> Map.of("single", Load.singles(SINGLES, this::insert));
            case SINGLE_IN_TRANSACTION -> {
                var transactions = Transactions.on(pool);
                yield Map.of("singleInTransaction", Load.singles(SINGLES, n -> transactions.run(n, () -> insert(n))));
            }
            case PICKUP_100, PICKUP_1000 -> Map.of();
        };
    }

    private void insert(long number) {
        jdbc.sql(INSERT).param(next.getAndIncrement()).update();
    }

    private Map<String, Double> fillAndDrain(int count) throws Exception {
        jdbc.sql("TRUNCATE lean").update();
        long began = System.nanoTime();
        fill(count, jdbc);
        double bulk = count / ((System.nanoTime() - began) / 1e9);
        began = System.nanoTime();
        drain(pool);
        double drained = count / ((System.nanoTime() - began) / 1e9);
        return Map.of("bulk", bulk, "drained", drained);
    }

    private static void fill(int jobs, JdbcClient jdbc) {
        for (int from = 0; from < jobs; from += 5000) {
            jdbc.sql("INSERT INTO lean SELECT i, 0, 1, NULL, '{\"n\": 1}' FROM generate_series(?, ?) AS i")
                    .params(from, Math.min(from + 5000, jobs) - 1)
                    .update();
        }
    }

    private static void drain(HikariDataSource pool) throws Exception {
        var threads = Executors.newFixedThreadPool(2);
        for (var done : threads.invokeAll(List.of(drain(pool.getConnection(), 1), drain(pool.getConnection(), 2)))) {
            done.get();
        }
        threads.shutdown();
    }

    private static Callable<Void> drain(Connection connection, int worker) {
        return () -> {
            try (connection;
                    var claim = connection.prepareStatement(CLAIM);
                    var complete = connection.prepareStatement(COMPLETE)) {
                connection.createStatement().execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
                claim.setInt(1, worker);
                claim.setInt(2, BATCH);
                while (true) {
                    var ids = claimed(claim.executeQuery());
                    if (ids.length == 0) {
                        return null;
                    }
                    complete.setArray(1, connection.createArrayOf("bigint", ids));
                    complete.setInt(2, worker);
                    complete.executeUpdate();
                }
            }
        };
    }

    private static Object[] claimed(ResultSet rows) throws SQLException {
        var ids = new ArrayList<Object>(BATCH);
        while (rows.next()) {
            ids.add(rows.getLong(1));
        }
        return ids.toArray();
    }
}
