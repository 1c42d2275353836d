package dev.rowrunner.http.problems;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what is wrong with a JSON body, in terms of the body and not of the classes it is read into. */
final class BadJson {

    private static final Pattern NUMBER = Pattern.compile("\\((-?\\d{1,100})\\)");

    private BadJson() {}

    static ProblemDetail problem(JacksonException e) {
        var field = path(e.getPath());
        return field.isEmpty() ? wholeBody(e) : BadField.problem(List.of(field(field, e)));
    }

    private static BadField field(String field, JacksonException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return new BadField(field, field + " is no field of this request; the fields are " + known(unknown));
        }
        if (e instanceof InvalidFormatException bad) {
            return BadField.breaks(field, "must be " + Wanted.by(bad.getTargetType()), bad.getValue());
        }
        if (e instanceof InputCoercionException bad) {
            return BadField.breaks(field, "must be " + Wanted.by(bad.getTargetType()), valueInWords(bad));
        }
        if (e instanceof MismatchedInputException bad) {
            return BadField.breaks(field, "must be " + Wanted.by(bad.getTargetType()), null);
        }
        return new BadField(field, field + " " + unreadable(e));
    }

    /** The number that is too great for its type stands in the message alone. */
    private static @Nullable Object valueInWords(InputCoercionException e) {
        var value = NUMBER.matcher(e.getOriginalMessage());
        return value.find() ? new BigDecimal(value.group(1)) : null;
    }

    /** A record that refuses its own values says why in the message of an IllegalArgumentException. */
    private static String unreadable(JacksonException e) {
        return e instanceof ValueInstantiationException && e.getCause() instanceof IllegalArgumentException refusal
                ? "can't be taken: " + refusal.getMessage()
                : "can't be read";
    }

    private static ProblemDetail wholeBody(JacksonException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, wholeBodySentence(e));
    }

    private static String wholeBodySentence(JacksonException e) {
        if (e instanceof MismatchedInputException bad && bad.getTargetType() != null) {
            return "The body must be " + Wanted.by(bad.getTargetType()) + ".";
        }
        if (e instanceof StreamReadException) {
            return "The body is not JSON: see line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ".";
        }
        return "The body " + unreadable(e) + ".";
    }

    private static String known(UnrecognizedPropertyException e) {
        var names = e.getKnownPropertyIds();
        return names == null
                ? "others"
                : String.join(
                        ", ", names.stream().map(Object::toString).sorted().toList());
    }

    /** {@code increments[2].by} */
    private static String path(List<JacksonException.Reference> path) {
        var text = new StringBuilder();
        for (var step : path) {
            if (step.getPropertyName() == null) {
                text.append('[').append(step.getIndex()).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return text.toString();
    }
}
