package dev.rowrunner.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A live token, as far as anyone may know it: without its secret.
 *
 * @param lastUsedAt up to a minute behind; null when it was never used
 */
public record Token(
        String name, Role role, Instant createdAt, @Nullable Instant lastUsedAt) {}
