package dev.rowrunner.embedded;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A server of our own that starts beside whatever else there is to do. */
final class StartingServer implements AutoCloseable {

    private final AutoCloseable server;
    private final CompletableFuture<Void> start;

    private StartingServer(AutoCloseable server, CompletableFuture<Void> start) {
        this.server = server;
        this.start = start;
    }

    static StartingServer begin(AutoCloseable server, Runnable start) {
        // Threads of our own: those of the common pool don't see the classes and resources within our jar.
        return new StartingServer(
                server, CompletableFuture.runAsync(start, task -> new Thread(task, "embedded-server").start()));
    }

    /** Waits until it takes connections, or throws what kept it from that. */
    void await() {
        try {
            start.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** A start that is under way goes on to its end first: nobody else would stop what it leaves. */
    @Override
    public void close() throws Exception {
        start.handle((started, failure) -> started).join();
        server.close();
    }
}
