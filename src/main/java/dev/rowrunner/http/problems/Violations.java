package dev.rowrunner.http.problems;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.MethodParameter;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.HandlerMethodValidationException;

/** Reads the broken rules of Bean Validation as fields of the request. */
final class Violations {

    private Violations() {}

    static List<BadField> of(MethodArgumentNotValidException e) {
        return e.getAllErrors().stream().map(error -> field("", error)).toList();
    }

    static List<BadField> of(HandlerMethodValidationException e) {
        var fields = new ArrayList<>(e.getParameterValidationResults().stream()
                .flatMap(Violations::fields)
                .toList());
        e.getCrossParameterValidationResults().forEach(rule -> fields.add(new BadField("", sentence(rule))));
        return fields;
    }

    private static Stream<BadField> fields(ParameterValidationResult result) {
        return result instanceof ParameterErrors body
                ? body.getAllErrors().stream().map(error -> field(element(body), error))
                : result.getResolvableErrors().stream().map(rule -> parameter(result, rule));
    }

    /** A body that is a list says which of its elements is meant. */
    private static String element(ParameterErrors body) {
        return body.getContainerIndex() == null ? "" : "[" + body.getContainerIndex() + "].";
    }

    private static BadField field(String prefix, ObjectError error) {
        if (error instanceof FieldError field) {
            return BadField.breaks(prefix + field.getField(), rule(field), field.getRejectedValue());
        }
        return new BadField(prefix, sentence(error));
    }

    private static String rule(FieldError error) {
        return error.isBindingFailure() && error.contains(TypeMismatchException.class)
                ? "must be "
                        + Wanted.by(error.unwrap(TypeMismatchException.class).getRequiredType())
                : sentence(error);
    }

    private static BadField parameter(ParameterValidationResult result, MessageSourceResolvable rule) {
        return BadField.breaks(name(result.getMethodParameter()), sentence(rule), result.getArgument());
    }

    private static String name(MethodParameter parameter) {
        var named = Stream.of(
                        nameIn(parameter.getParameterAnnotation(RequestParam.class)),
                        nameIn(parameter.getParameterAnnotation(PathVariable.class)),
                        nameIn(parameter.getParameterAnnotation(RequestHeader.class)))
                .filter(name -> !name.isEmpty())
                .findFirst();
        return named.orElse(String.valueOf(parameter.getParameterName()));
    }

    private static String nameIn(@Nullable RequestParam annotation) {
        return annotation == null ? "" : annotation.name();
    }

    private static String nameIn(@Nullable PathVariable annotation) {
        return annotation == null ? "" : annotation.name();
    }

    private static String nameIn(@Nullable RequestHeader annotation) {
        return annotation == null ? "" : annotation.name();
    }

    private static String sentence(MessageSourceResolvable rule) {
        return String.valueOf(rule.getDefaultMessage());
    }
}
