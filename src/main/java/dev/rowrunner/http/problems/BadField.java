package dev.rowrunner.http.problems;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * One field of a request that can't be taken.
 *
 * @param field its path in the body ({@code increments[2].by}), or the name of a parameter
 * @param detail a sentence without its full stop, which names the field, its bound and its value
 */
record BadField(String field, String detail) {

    private static final int LONGEST_VALUE = 100;
    private static final Pattern SECRET = Pattern.compile(".*(password|secret|token|credential).*");

    /** The field breaks a rule such as "must be a date"; the value is shown unless the field's name says secret. */
    static BadField breaks(String field, String rule, @Nullable Object value) {
        return new BadField(field, field + " " + rule + (value == null ? "" : ", was " + shown(field, value)));
    }

    private static String shown(String field, Object value) {
        if (SECRET.matcher(field.toLowerCase(Locale.ROOT)).matches()) {
            return "a secret that is not shown";
        }
        var text = value.toString();
        var start = text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "..." : text;
        return value instanceof Number || value instanceof Boolean ? start : "'" + start + "'";
    }

    /** A 400 for one field or several. */
    static ProblemDetail problem(List<BadField> fields) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, sentence(fields));
        problem.setProperty("field", fields.get(0).field());
        if (fields.size() > 1) {
            problem.setProperty("errors", fields);
        }
        return problem;
    }

    private static String sentence(List<BadField> fields) {
        return String.join("; ", fields.stream().map(BadField::detail).toList()) + ".";
    }
}
