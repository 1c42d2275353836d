package dev.rowrunner.usage;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Whether Redis answers, keeps its keys under pressure, and how many counters wait for a flush. */
@Component("redisHealthIndicator")
class RedisHealthIndicator extends AbstractHealthIndicator {

    private final RedisConnection connection;
    private final RedisCounters counters;

    RedisHealthIndicator(RedisConnection connection, RedisCounters counters) {
        super("Redis does not answer");
        this.connection = connection;
        this.counters = counters;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up().withDetail("address", connection.address()).withDetail("dirtyCounters", counters.dirtyCount());
        var policy = connection
                .commands()
                .info("memory")
                .lines()
                .filter(line -> line.startsWith("maxmemory_policy:"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("unknown");
        if (!policy.equals("noeviction")) {
            builder.withDetail(
                    "warning", "maxmemory-policy is " + policy + ": Redis may drop counters; use noeviction");
        }
    }
}
