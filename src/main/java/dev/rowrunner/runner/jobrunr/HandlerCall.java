package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Handlers.Handled;
import java.time.Clock;
import java.util.concurrent.TimeoutException;
import org.slf4j.MDC;

/** Hands one attempt to its handler, on the calling thread, and tells how it ended. */
record HandlerCall<A>(Attempt attempt, Handled<A> handled, JsonArgs jsonArgs, Clock clock) {

    Outcome run() {
        if (!attempt.enter()) {
            return failed(new InterruptedException("Stopped before it began"));
        }
        try (var id = MDC.putCloseable("job", attempt.id().toString());
                var kind = MDC.putCloseable("kind", handled.kind().name())) {
            attempt.redact(jsonArgs.redaction(handled.kind(), attempt.claim().args()));
            handled.handler().run(jsonArgs.read(handled.kind(), attempt.claim().args()), attempt);
            return attempt.hasTimedOut()
                    ? failed(new TimeoutException("It ended after it was interrupted for taking too long"))
                    : Outcome.success(attempt, clock.instant());
        } catch (Throwable e) {
            return failed(e);
        } finally {
            attempt.leave();
        }
    }

    private Outcome failed(Throwable e) {
        return Outcome.failed(attempt, handled.kind(), clock.instant(), e);
    }
}
