package dev.rowrunner.receipts;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a business' mails come from.
 *
 * @param secret a refresh token or a password; a folder has none
 * @param resumeAt until then the source wants to be left alone
 * @param changedAt when it was last set up
 */
record Connection(
        UUID id,
        String business,
        SourceType source,
        SourceSettings settings,
        @Nullable String secret,
        boolean active,
        @Nullable String reason,
        @Nullable Instant resumeAt,
        Instant changedAt) {

    /** Without the secret. */
    @Override
    public String toString() {
        return source + " of business " + business;
    }
}
