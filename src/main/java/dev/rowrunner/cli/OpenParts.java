package dev.rowrunner.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be closed when the program ends, whichever way it ends: last opened, first closed. */
final class OpenParts {

    private static final Logger log = LoggerFactory.getLogger(OpenParts.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private OpenParts() {}

    static OpenParts closedAtExit() {
        var parts = new OpenParts();
        Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "shutdown"));
        return parts;
    }

    synchronized <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    private void close() {
        for (var part = next(); part != null; part = next()) {
            close(part);
        }
    }

    private synchronized AutoCloseable next() {
        return parts.poll();
    }

    /** One that can't be closed must not keep the others open. */
    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.atError().setCause(e).log("Could not close {}", part.getClass().getSimpleName());
        }
    }
}
