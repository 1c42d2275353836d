package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Kinds;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Knows the kinds that have a handler here. */
@Component
class HandledKinds implements Kinds {

    private final Handlers handlers;
    private final JsonArgs jsonArgs;

    HandledKinds(Handlers handlers, JsonArgs jsonArgs) {
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
    }

    @Override
    public Optional<Misfit> misfit(String kind, String args) {
        if (!handlers.has(kind)) {
            return Optional.empty();
        }
        try {
            jsonArgs.read(handlers.of(kind).kind(), args);
            return Optional.empty();
        } catch (ArgsDoNotFitException e) {
            return Optional.of(e.misfit(jsonArgs.redaction(handlers.of(kind).kind(), args)));
        }
    }
}
