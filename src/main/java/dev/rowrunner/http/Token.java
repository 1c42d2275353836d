package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token that was not revoked, as far as anyone may know it: without its secret.
 *
 * @param tenant the only one that its bearer may see and change
 * @param business the only one that its bearer may see and change
 * @param expiresAt from then on it is refused; null: never
 * @param lastUsedAt up to a minute behind; null when it was never used
 */
public record Token(
        String name,
        Role role,
        @Nullable String tenant,
        @Nullable String business,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {

    boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    Caller caller() {
        return new Caller(name, role, tenant, business);
    }
}
