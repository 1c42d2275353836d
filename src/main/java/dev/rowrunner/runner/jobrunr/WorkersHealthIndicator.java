package dev.rowrunner.runner.jobrunr;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Counts the workers that are alive on this database, in whatever process, and names what waits where none of them
 * looks. Without one, jobs wait for ever.
 */
@Component
class WorkersHealthIndicator implements HealthIndicator {

    private static final String ALIVE = """
            SELECT count(*) FROM rowrunner.worker
            WHERE ended_at IS NULL AND ended_by IS NULL AND beat_at > clock_timestamp() - interval '10 seconds'
            """;

    private final EngineDatabase database;

    WorkersHealthIndicator(EngineDatabase database) {
        this.database = database;
    }

    @Override
    public Health health() {
        try {
            return ask();
        } catch (DataAccessException e) {
            return Health.down()
                    .withDetail("reason", "Not known while the database does not answer")
                    .build();
        }
    }

    private Health ask() {
        long alive = database.jdbc().sql(ALIVE).query(Long.class).single();
        var unheard = new Unheard(database.jdbc()).jobs();
        var health = alive > 0 && unheard.isEmpty() ? Health.up() : Health.down();
        health.withDetail("alive", alive);
        if (alive == 0) {
            health.withDetail("reason", "No worker has beaten for ten seconds: start one, or see its log");
        } else if (!unheard.isEmpty()) {
            health.withDetail("reason", "Jobs wait where no live worker looks").withDetail("waiting", unheard);
        }
        return health.build();
    }
}
