package dev.rowrunner.runner;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What this process does: {@code rowrunner.roles}, both roles unless set, and none for a run of the command line.
 */
@ConfigurationProperties("rowrunner")
public record Roles(@DefaultValue({"worker", "api"}) Set<String> roles) {

    private static final Set<String> KNOWN = Set.of("worker", "api");

    public Roles {
        roles = Set.copyOf(roles);
        for (var role : roles) {
            if (!KNOWN.contains(role)) {
                throw new IllegalArgumentException(
                        "rowrunner.roles is a comma-separated list of worker and api, or empty; was '" + role + "'");
            }
        }
    }

    public boolean worker() {
        return roles.contains("worker");
    }

    public boolean api() {
        return roles.contains("api");
    }
}
