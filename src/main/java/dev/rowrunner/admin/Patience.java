package dev.rowrunner.admin;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks a question that may never be answered, and gives up after a while. */
record Patience(Duration limit) {

    /** Daemons, so that what never answers doesn't keep the process alive. */
    private static final Executor DAEMONS = question -> {
        var thread = new Thread(question, "health-check");
        thread.setDaemon(true);
        thread.start();
    };

    <T> CompletableFuture<T> ask(Supplier<T> question, T ifSilent) {
        return CompletableFuture.supplyAsync(question, DAEMONS)
                .completeOnTimeout(ifSilent, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    String silence() {
        return "no answer within " + limit.toSeconds() + " seconds";
    }
}
