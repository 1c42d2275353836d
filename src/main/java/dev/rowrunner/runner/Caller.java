package dev.rowrunner.runner;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who calls the HTTP interface: the principal of every request that was let in. A controller takes it as
 * {@code @AuthenticationPrincipal Caller}.
 *
 * @param name of the token, or {@code jwt:} and the subject of a JWT
 * @param tenant the only tenant whose jobs it may see and change; null: every tenant's
 * @param business the only business whose data it may see and change; null: every business'
 */
public record Caller(
        String name,
        Role role,
        @Nullable String tenant,
        @Nullable String business) implements Principal {

    /** Whether some of what there is does not concern it. */
    public boolean isBound() {
        return tenant != null || business != null;
    }

    @Override
    public String getName() {
        return name;
    }
}
