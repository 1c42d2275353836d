package dev.rowrunner.runner.jobrunr;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** What this process' workers measure of the jobs they claim and run. Tenants and args are in no name: there may be many. */
@Component
class Meters {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        Duration.ofHours(2)
    };

    private static final double[] BATCHES = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

    private record Key(String queue, String kind) {
        static Key of(Attempt attempt) {
            var lane = attempt.claim().lane();
            return new Key(lane.queue(), lane.kind());
        }

        Tags tags() {
            return Tags.of("queue", queue, "kind", kind);
        }
    }

    private record Ending(Key key, String outcome) {}

    private final MeterRegistry registry;
    private final DistributionSummary batches;
    private final Map<Key, Timer> waits = new ConcurrentHashMap<>();
    private final Map<Key, Timer> pickUps = new ConcurrentHashMap<>();
    private final Map<Key, Timer> durations = new ConcurrentHashMap<>();
    private final Map<Ending, Counter> endings = new ConcurrentHashMap<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
        this.batches = DistributionSummary.builder("rowrunner.claim.jobs")
                .description("jobs that one claim gave a worker")
                .serviceLevelObjectives(BATCHES)
                .register(registry);
    }

    void claimed(int jobs) {
        if (jobs > 0) {
            batches.record(jobs);
        }
    }

    /**
     * A handler begins.
     *
     * @param wait since the job became ready
     * @param prompt the worker had a free slot, and knew of nothing that waited, when the job became ready
     */
    void began(Attempt attempt, Duration wait, boolean prompt) {
        var key = Key.of(attempt);
        waits.computeIfAbsent(key, k -> timer("rowrunner.job.wait", "from ready until its handler began", k))
                .record(wait);
        if (prompt) {
            pickUps.computeIfAbsent(
                            key,
                            k -> timer(
                                    "rowrunner.job.pickup",
                                    "from ready until its handler began, where the worker was idle",
                                    k))
                    .record(wait);
        }
    }

    /** An outcome is stored, or refused because the lease was lost. */
    void ended(Outcome outcome, boolean refused) {
        var key = Key.of(outcome.attempt());
        var how = refused ? "refused" : outcome.how().code();
        endings.computeIfAbsent(new Ending(key, how), this::counter).increment();
        durations
                .computeIfAbsent(key, k -> timer("rowrunner.job.duration", "what its handler took", k))
                .record(outcome.attempt().took());
    }

    private Counter counter(Ending ending) {
        return Counter.builder("rowrunner.jobs")
                .description("attempts that ended, by outcome")
                .tags(ending.key().tags().and("outcome", ending.outcome()))
                .register(registry);
    }

    private Timer timer(String name, String description, Key key) {
        return Timer.builder(name)
                .description(description)
                .tags(key.tags())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
