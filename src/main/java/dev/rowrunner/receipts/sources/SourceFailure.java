package dev.rowrunner.receipts.sources;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a source says where an ordinary retry would not help. Its message is for operators and holds no secret. */
public abstract sealed class SourceFailure extends IOException {

    private static final long serialVersionUID = 1;

    SourceFailure(String message) {
        super(message);
    }

    /** It lets us in no more, until somebody connects it anew. */
    public static final class ReconnectNeeded extends SourceFailure {
        private static final long serialVersionUID = 1;

        public ReconnectNeeded(String message) {
            super(message);
        }
    }

    /** It wants to be left alone for a while. */
    public static final class Busy extends SourceFailure {
        private static final long serialVersionUID = 1;

        private final @Nullable Duration retryAfter;

        /** @param retryAfter null: it does not say for how long */
        public Busy(String message, @Nullable Duration retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }

        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The mail is not there any more. */
    public static final class Gone extends SourceFailure {
        private static final long serialVersionUID = 1;

        public Gone(String message) {
            super(message);
        }
    }
}
