package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import tools.jackson.core.JacksonException;

/** Stored args that can't be read into their kind's record. Trying again can't help. */
final class ArgsDoNotFitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ArgsDoNotFitException(JobKind<?> kind, JacksonException cause) {
        super(
                "The stored args of kind '" + kind.name() + "' do not fit "
                        + kind.args().getName() + ": " + cause.getOriginalMessage(),
                cause);
    }
}
