package dev.rowrunner.admin;

import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the database answers. Stands in for Spring's own, which waits as long as the connection pool does, 30 s: an
 * orchestrator that asks for readiness would have given up long before. It keeps that one's name, {@code db}.
 */
@Component("dbHealthIndicator")
class DatabaseHealth implements HealthIndicator {

    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(3));

    private final DataSourceHealthIndicator database;

    DatabaseHealth(DataSource dataSource) {
        this.database = new DataSourceHealthIndicator(dataSource);
    }

    @Override
    public Health health() {
        var silent = Health.down().withDetail("error", PATIENCE.silence()).build();
        return PATIENCE.ask(database::health, silent).join();
    }
}
