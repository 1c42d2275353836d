package dev.rowrunner.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.stereotype.Component;

/** Asks every part at once how it is, and waits for none longer than {@link #PATIENCE}. */
@Component
class CheckHealth {

    static final Patience PATIENCE = new Patience(Duration.ofSeconds(5));

    /** Whether this process takes requests says nothing of the installation that a command asks about. */
    private static final Set<String> OF_THIS_PROCESS = Set.of("livenessState", "readinessState", "listening");

    private static final Map<String, String> WORDS = Map.of("db", "database", "redis", "Redis");

    private final HealthContributors registry;
    private final Patience patience;

    @Autowired
    CheckHealth(HealthContributorRegistry registry) {
        this(registry, PATIENCE);
    }

    CheckHealth(HealthContributors registry, Patience patience) {
        this.registry = registry;
        this.patience = patience;
    }

    List<PartHealth> parts() {
        var checks = registry.stream()
                .filter(entry -> !OF_THIS_PROCESS.contains(entry.name()))
                .filter(entry -> entry.contributor() instanceof HealthIndicator)
                .map(this::check)
                .toList();
        return checks.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<PartHealth> check(HealthContributors.Entry entry) {
        var part = WORDS.getOrDefault(entry.name(), entry.name());
        var indicator = (HealthIndicator) entry.contributor();
        return patience.ask(() -> answer(part, indicator), down(part, patience.silence()))
                .exceptionally(e -> down(part, withoutClass(e.getMessage())));
    }

    private static PartHealth answer(String part, HealthIndicator indicator) {
        var health = indicator.health(true);
        return health == null
                ? new PartHealth(part, Status.UNKNOWN.getCode(), "says nothing")
                : new PartHealth(part, health.getStatus().getCode(), reason(health));
    }

    private static PartHealth down(String part, String reason) {
        return new PartHealth(part, Status.DOWN.getCode(), reason);
    }

    private static String reason(Health health) {
        return health.getDetails().entrySet().stream()
                .map(detail -> detail.getKey().equals("error")
                        ? withoutClass(detail.getValue().toString())
                        : detail.getKey() + " " + detail.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Spring writes an error as its class, a colon and its message. */
    private static String withoutClass(@Nullable String error) {
        return String.valueOf(error).replaceFirst("^[\\w.$]+: ", "").replaceAll("\\s+", " ");
    }
}
