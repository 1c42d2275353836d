package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Kinds.Misfit;
import dev.rowrunner.runner.Nearest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Args that can't be read into their kind's record. Trying again can't help. */
final class ArgsDoNotFitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String kind;
    private final JacksonException misfit;

    ArgsDoNotFitException(JobKind<?> kind, JacksonException misfit) {
        super(
                "The stored args of kind '" + kind.name() + "' do not fit "
                        + kind.args().getName() + ": " + misfit.getOriginalMessage(),
                misfit);
        this.kind = kind.name();
        this.misfit = misfit;
    }

    /** For whoever wrote them and can mend them. */
    Misfit misfit(Redaction redaction) {
        var field = field();
        if (misfit instanceof UnrecognizedPropertyException unknown) {
            var known = Stream.ofNullable(unknown.getKnownPropertyIds())
                    .flatMap(names -> names.stream().map(Object::toString))
                    .sorted()
                    .toList();
            return new Misfit(
                    field,
                    field + " is no arg of kind '" + kind + "', whose args are " + String.join(", ", known)
                            + Nearest.to(unknown.getPropertyName(), known));
        }
        return new Misfit(
                field, field + " does not fit kind '" + kind + "': " + redaction.of(misfit.getOriginalMessage()));
    }

    private String field() {
        return "args"
                + misfit.getPath().stream()
                        .map(step -> step.getPropertyName() == null
                                ? "[" + step.getIndex() + "]"
                                : "." + step.getPropertyName())
                        .collect(Collectors.joining());
    }
}
