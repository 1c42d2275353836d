package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.SecretArg;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Takes the values of a job's secret args out of what its handler says.
 *
 * @param secrets the texts to take out, the longest first
 */
record Redaction(List<String> secrets) {

    static final Redaction NONE = new Redaction(List.of());

    /** What views and pages show in place of a secret. */
    static final String MASK = "***";

    /** A shorter value stands in too many texts by chance, and hides nothing that could not be guessed. */
    private static final int SHORTEST = 4;

    private static final ClassValue<List<String>> SECRET_ARGS = new ClassValue<>() {
        @Override
        protected List<String> computeValue(Class<?> args) {
            return args.isRecord()
                    ? Arrays.stream(args.getRecordComponents())
                            .filter(component -> component.isAnnotationPresent(SecretArg.class))
                            .map(RecordComponent::getName)
                            .toList()
                    : List.of();
        }
    };

    /** The names of the kind's secret args. */
    static List<String> argsOf(JobKind<?> kind) {
        return SECRET_ARGS.get(kind.args());
    }

    static Redaction of(List<String> values) {
        var secrets = new ArrayList<>(values);
        secrets.removeIf(value -> value.length() < SHORTEST);
        secrets.sort(Comparator.comparing(String::length).reversed());
        return secrets.isEmpty() ? NONE : new Redaction(secrets);
    }

    String of(String text) {
        var redacted = text;
        for (var secret : secrets) {
            redacted = redacted.replace(secret, MASK);
        }
        return redacted;
    }
}
