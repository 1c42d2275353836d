package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Roles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Whether this process' own worker claims jobs and hears of new ones. Readiness asks it. */
@Component
class ListeningHealthIndicator implements HealthIndicator, MeterBinder {

    private final Roles roles;
    private final WorkerProperties properties;
    private final Worker worker;

    ListeningHealthIndicator(Roles roles, WorkerProperties properties, Worker worker) {
        this.roles = roles;
        this.properties = properties;
        this.worker = worker;
    }

    @Override
    public Health health() {
        if (!roles.worker()) {
            return Health.up().withDetail("worker", "not in this process").build();
        }
        var trouble = worker.trouble();
        return trouble == null
                ? Health.up().withDetail("worker", properties.displayName()).build()
                : Health.down().withDetail("reason", trouble).build();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        if (!roles.worker()) {
            return;
        }
        Gauge.builder("rowrunner.worker.listening", worker, own -> own.trouble() == null ? 1 : 0)
                .description("1 where this process' worker claims jobs and hears of new ones")
                .register(registry);
        Gauge.builder("rowrunner.worker.running", worker, Worker::running)
                .description("jobs that this process runs now")
                .register(registry);
        Gauge.builder("rowrunner.worker.slots", properties, WorkerProperties::threads)
                .description("jobs that this process can run at once")
                .register(registry);
    }
}
