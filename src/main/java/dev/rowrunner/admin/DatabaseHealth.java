package dev.rowrunner.admin;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the database answers, and why not; and whether what it acknowledges survives a failover. Stands in for
 * Spring's own, which says only that there is no connection. It keeps that one's name, {@code db}.
 */
@Component("dbHealthIndicator")
class DatabaseHealth implements HealthIndicator {

    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(3));

    /** Whoever may not see how they follow sees none. A subscriber of logical changes is no standby. */
    private static final String ONLY_ASYNCHRONOUS = """
            SELECT count(*) > 0 AND bool_and(sync_state = 'async') FROM pg_stat_replication r
            WHERE state IN ('streaming', 'catchup')
              AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
            """;

    private final DataSource dataSource;

    DatabaseHealth(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public Health health() {
        var silent = Health.down().withDetail("error", PATIENCE.silence()).build();
        return PATIENCE.ask(this::ask, silent).join();
    }

    private Health ask() {
        try (var connection = dataSource.getConnection()) {
            var health =
                    Health.up().withDetail("database", connection.getMetaData().getDatabaseProductName());
            if (hasOnlyAsynchronousStandbys(connection)) {
                health.withDetail(
                        "warning",
                        "its standby is asynchronous, so a failover can lose acknowledged jobs:"
                                + " set synchronous_standby_names");
            }
            return health.build();
        } catch (SQLException e) {
            return Health.down().withDetail("error", reason(e)).build();
        }
    }

    private static boolean hasOnlyAsynchronousStandbys(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(ONLY_ASYNCHRONOUS)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    /** The pool says only that it has none; the driver, beneath that, says why. */
    private static String reason(SQLException e) {
        var deepest = e;
        for (Throwable cause = e.getCause(); cause instanceof SQLException next; cause = cause.getCause()) {
            deepest = next;
        }
        return String.valueOf(deepest.getMessage());
    }
}
