package dev.rowrunner.http.openapi;

import dev.rowrunner.http.RateLimits;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.Summary;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * One method on one path, and the code that answers it.
 *
 * @param verb in capitals
 */
record Endpoint(String verb, String path, HandlerMethod method) {

    private static final Pattern ROLE = Pattern.compile("hasRole\\('(\\w+)'\\)");

    /** All that controllers answer. */
    static Stream<Endpoint> all(RequestMappingHandlerMapping mapping) {
        return mapping.getHandlerMethods().entrySet().stream()
                .filter(entry ->
                        !ErrorController.class.isAssignableFrom(entry.getValue().getBeanType()))
                .flatMap(entry -> all(entry.getKey(), entry.getValue()));
    }

    private static Stream<Endpoint> all(RequestMappingInfo info, HandlerMethod method) {
        var verbs = info.getMethodsCondition().getMethods();
        return info.getPatternValues().stream()
                .flatMap(path -> verbs.stream().map(RequestMethod::name).map(verb -> new Endpoint(verb, path, method)));
    }

    /** Empty where somebody forgot it. */
    String summary() {
        var summary = method.getMethodAnnotation(Summary.class);
        return summary == null ? "" : summary.value();
    }

    /** The least role that may call it: who looks is a viewer and who acts an operator, unless the code says otherwise. */
    Role role() {
        return said().map(Role::valueOf)
                .orElse(verb.equals("GET") || verb.equals("HEAD") ? Role.VIEWER : Role.OPERATOR);
    }

    private Optional<String> said() {
        return Stream.of(method.getMethod(), method.getBeanType())
                .map(place -> AnnotatedElementUtils.findMergedAnnotation(place, PreAuthorize.class))
                .flatMap(Stream::ofNullable)
                .map(rule -> ROLE.matcher(rule.value()))
                .filter(rule -> rule.find())
                .map(rule -> rule.group(1))
                .findFirst();
    }

    /** {@code 5 times in any PT1H}, where there is a limit. */
    Optional<String> rate(RateLimits limits) {
        return limits.words(method);
    }

    /** The part of the interface that it belongs to: the first word of its path after {@code /api}. */
    String tag() {
        return List.of(path.replaceFirst("^/(api/)?", "").split("/")).get(0);
    }

    boolean hasVariables() {
        return path.contains("{");
    }
}
