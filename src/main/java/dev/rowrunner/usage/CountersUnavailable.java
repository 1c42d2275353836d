package dev.rowrunner.usage;

import org.jspecify.annotations.Nullable;

/** Redis, which holds the counters, does not answer or takes no writes. Nothing was half-counted; try again later. */
public final class CountersUnavailable extends RuntimeException {

    CountersUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
