package dev.rowrunner.admin;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses query parameters that no one reads: a misspelt filter would mean everything. */
@Component
class RefuseUnknownParameters implements HandlerInterceptor, WebMvcConfigurer {

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this)
                .addPathPatterns(
                        "/api/jobs/**",
                        "/api/queues/**",
                        "/api/schedules/**",
                        "/api/workers/**",
                        "/api/dead-letters/**",
                        "/api/audit");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method) {
            var known = known(method);
            request.getParameterMap().keySet().stream()
                    .filter(name -> !known.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw Refused.field(name, unknown(name, known));
                    });
        }
        return true;
    }

    private static String unknown(String name, Set<String> known) {
        return known.isEmpty()
                ? "This request takes no parameters, was given '" + name + "'."
                : Names.unknown("A parameter", name, known);
    }

    private static Set<String> known(HandlerMethod handler) {
        var names = new TreeSet<String>();
        Arrays.stream(handler.getMethod().getParameters())
                .flatMap(RefuseUnknownParameters::names)
                .forEach(names::add);
        return names;
    }

    /** A record without an annotation is read from parameters, one for each component. */
    private static Stream<String> names(Parameter parameter) {
        if (parameter.isAnnotationPresent(RequestParam.class)) {
            return Stream.of(parameter.getName());
        }
        return parameter.getType().isRecord()
                        && parameter.getType() != Caller.class
                        && !parameter.isAnnotationPresent(RequestBody.class)
                ? Arrays.stream(parameter.getType().getRecordComponents()).map(RecordComponent::getName)
                : Stream.empty();
    }
}
