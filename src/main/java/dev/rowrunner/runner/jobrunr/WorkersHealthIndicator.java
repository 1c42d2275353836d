package dev.rowrunner.runner.jobrunr;

import java.time.Clock;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Counts the workers that are alive on this database, in whatever process. Without one, jobs wait for ever. */
@Component
class WorkersHealthIndicator implements HealthIndicator {

    private final JobStorage storage;
    private final Clock clock;

    WorkersHealthIndicator(JobStorage storage, Clock clock) {
        this.storage = storage;
        this.clock = clock;
    }

    @Override
    public Health health() {
        long alive = alive();
        return alive > 0
                ? Health.up().withDetail("alive", alive).build()
                : Health.down()
                        .withDetail("alive", 0)
                        .withDetail("reason", "No worker has beaten for four polls: start one, or see its log")
                        .build();
    }

    /** The same four missed polls after which JobRunr gives a server up. */
    private long alive() {
        var lastSign = clock.instant().minus(WorkerServer.POLL.multipliedBy(4));
        return storage.getBackgroundJobServers().stream()
                .filter(server -> server.getLastHeartbeat().isAfter(lastSign))
                .count();
    }
}
