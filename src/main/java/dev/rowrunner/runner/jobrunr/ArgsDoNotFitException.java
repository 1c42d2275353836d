package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import tools.jackson.core.JacksonException;

/** Stored args that can't be read into their kind's record. Trying again can't help. */
final class ArgsDoNotFitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String reason;

    ArgsDoNotFitException(JobKind<?> kind, JacksonException cause) {
        super(
                "The stored args of kind '" + kind.name() + "' do not fit "
                        + kind.args().getName() + ": " + cause.getOriginalMessage(),
                cause);
        reason = "args do not fit kind '" + kind.name() + "': " + cause.getOriginalMessage();
    }

    /** For whoever wrote them and can mend them. */
    String reason() {
        return reason;
    }
}
