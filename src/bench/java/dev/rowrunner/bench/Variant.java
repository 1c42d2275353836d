package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;
import dev.rowrunner.runner.JobKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is unlike the plain case: one worker, jobs of a plain kind, an empty table, and statistics that are fresh.
 *
 * @param tenants among whom the jobs are; 0: none
 * @param waiting jobs that were there before those that are measured
 * @param setting what is done on the empty table; undone by closing what it answers
 */
record Variant(
        String name,
        String label,
        int workers,
        JobKind<RowrunnerContender.Args> kind,
        int tenants,
        long waiting,
        boolean freshStatistics,
        Setting setting) {

    interface Setting {
        AutoCloseable begin(HikariDataSource pool) throws SQLException;
    }

    static final Variant PLAIN =
            new Variant("plain", "nothing else", 1, RowrunnerContender.PLAIN, 0, 0, true, pool -> () -> {});

    static final Variant TEN_MILLION =
            PLAIN.named("finished-10m", "10 million finished jobs").with(finished(10_000_000));

    static final List<Variant> ALL = List.of(
            PLAIN.named("workers-2", "2 workers").with(2),
            PLAIN.named("workers-4", "4 workers").with(4),
            PLAIN.named("finished-10k", "10 thousand finished jobs").with(finished(10_000)),
            PLAIN.named("finished-1m", "1 million finished jobs").with(finished(1_000_000)),
            TEN_MILLION,
            PLAIN.named("waiting-1m", "1 million more waiting").waitingBefore(1_000_000),
            PLAIN.named("snapshot", "an idle REPEATABLE READ transaction").with(Variant::pinnedSnapshot),
            PLAIN.named("unique", "unique keys").of(RowrunnerContender.UNIQUE, 0),
            PLAIN.named("tenants", "1,000 tenants").of(RowrunnerContender.OF_TENANT, 1000),
            PLAIN.named("limit", "a limit of 1,000 on the queue").with(limit(1000)),
            PLAIN.named("stale", "statistics of before the load").withStaleStatistics());

    private Variant named(String name, String label) {
        return new Variant(name, label, workers, kind, tenants, waiting, freshStatistics, setting);
    }

    private Variant with(int workers) {
        return new Variant(name, label, workers, kind, tenants, waiting, freshStatistics, setting);
    }

    private Variant with(Setting setting) {
        return new Variant(name, label, workers, kind, tenants, waiting, freshStatistics, setting);
    }

    private Variant of(JobKind<RowrunnerContender.Args> kind, int tenants) {
        return new Variant(name, label, workers, kind, tenants, waiting, freshStatistics, setting);
    }

    private Variant waitingBefore(long waiting) {
        return new Variant(name, label, workers, kind, tenants, waiting, freshStatistics, setting);
    }

    private Variant withStaleStatistics() {
        return new Variant(name, label, workers, kind, tenants, waiting, false, pool -> {
            var jdbc = JdbcClient.create(pool);
            jdbc.sql("ALTER TABLE rowrunner.job SET (autovacuum_enabled = off)").update();
            return () -> jdbc.sql("ALTER TABLE rowrunner.job RESET (autovacuum_enabled)")
                    .update();
        });
    }

    /** As they are a day after they ran. */
    private static final String FINISHED = """
            WITH finished AS (
                INSERT INTO rowrunner.job (id, claim_key, created_at, updated_at, started_at, version, attempt, state, queue, kind,
                                           args, counted)
                SELECT gen_random_uuid(), at, at, at + interval '20 ms', at + interval '10 ms', 3, 1, 'SUCCEEDED', 'default',
                       'bench.step', '{"n": 1}', true
                FROM (SELECT now() - interval '1 day' + i * interval '1 ms' AS at FROM generate_series(?, ?) AS i)
                RETURNING queue, state)
            INSERT INTO rowrunner.job_count SELECT queue, state, count(*) FROM finished GROUP BY queue, state
            """;

    private static Setting finished(int jobs) {
        return pool -> {
            for (int from = 1; from <= jobs; from += 100_000) {
                JdbcClient.create(pool)
                        .sql(FINISHED)
                        .params(from, Math.min(from + 99_999, jobs))
                        .update();
            }
            return () -> {};
        };
    }

    private static Setting limit(int running) {
        return pool -> {
            var jdbc = JdbcClient.create(pool);
            var sql = "UPDATE rowrunner.queue SET concurrency = ? WHERE name = 'default'";
            jdbc.sql(sql).param(running).update();
            return () -> jdbc.sql(sql).param(null).update();
        };
    }

    /** As a forgotten session or a long report leaves one: no row that dies meanwhile can be cleaned up. */
    private static AutoCloseable pinnedSnapshot(HikariDataSource pool) throws SQLException {
        var connection = pool.getConnection();
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM rowrunner.queue");
        }
        return connection;
    }
}
