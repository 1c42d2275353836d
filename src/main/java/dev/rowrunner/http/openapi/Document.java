package dev.rowrunner.http.openapi;

import dev.rowrunner.http.RateLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Writes the OpenAPI 3.1 document of the endpoints that are mapped. Springdoc would need a second Jackson, and time at
 * every start; this works when it is asked.
 */
@Component
@ConditionalOnWebApplication
class Document {

    private static final String PROBLEM = "application/problem+json";
    private static final String ABOUT =
            "Jobs that are rows in PostgreSQL. Every endpoint but health needs a token: Authorization: Bearer TOKEN. Each"
                    + " role may do what the one before it may: viewer, operator, admin. Errors are problem+json (RFC 9457)"
                    + " and name the field, its bound and its value.";

    private final RequestMappingHandlerMapping mapping;
    private final RateLimits limits;

    Document(@Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping mapping, RateLimits limits) {
        this.mapping = mapping;
        this.limits = limits;
    }

    /** By path, and by what is done there. */
    List<Endpoint> endpoints() {
        return Endpoint.all(mapping)
                .sorted(Comparator.comparing(Endpoint::tag)
                        .thenComparing(Endpoint::path)
                        .thenComparing(Endpoint::verb))
                .toList();
    }

    Map<String, Object> write() {
        var schemas = new Schemas();
        var paths = new TreeMap<String, Map<String, Object>>();
        for (var endpoint : endpoints()) {
            paths.computeIfAbsent(endpoint.path(), path -> new LinkedHashMap<>())
                    .put(endpoint.verb().toLowerCase(Locale.ROOT), operation(endpoint, schemas));
        }
        addActuator(paths);
        var document = new LinkedHashMap<String, Object>();
        document.put("openapi", "3.1.0");
        document.put("info", Map.of("title", "Rowrunner", "version", version(), "description", ABOUT));
        document.put("security", List.of(Map.of("token", List.of())));
        document.put("paths", paths);
        document.put("components", components(schemas));
        return document;
    }

    private static String version() {
        var version = Document.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static Map<String, Object> components(Schemas schemas) {
        schemas.components().put("Problem", problem());
        var components = new LinkedHashMap<String, Object>();
        components.put("schemas", schemas.components());
        components.put(
                "securitySchemes",
                Map.of("token", Map.of("type", "http", "scheme", "bearer", "description", "a token rr_... or a JWT")));
        return components;
    }

    private static Map<String, Object> problem() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("title", Map.of("type", "string"));
        fields.put("status", Map.of("type", "integer"));
        fields.put("detail", Map.of("type", "string", "description", "what is wrong, and the way out"));
        fields.put("field", Map.of("type", "string", "description", "of a 400: the field or parameter that is meant"));
        return Map.of("type", "object", "properties", fields);
    }

    private Map<String, Object> operation(Endpoint endpoint, Schemas schemas) {
        var parameters = new Parameters(endpoint, schemas);
        var operation = new LinkedHashMap<String, Object>();
        operation.put("tags", List.of(endpoint.tag()));
        operation.put("summary", endpoint.summary());
        operation.put("description", description(endpoint));
        operation.put("operationId", operationId(endpoint));
        operation.put("x-role", endpoint.role().word());
        if (!parameters.parameters().isEmpty()) {
            operation.put("parameters", parameters.parameters());
        }
        parameters.body().ifPresent(body -> operation.put("requestBody", body));
        operation.put("responses", responses(endpoint, operation, schemas));
        return operation;
    }

    private String description(Endpoint endpoint) {
        return "Role: " + endpoint.role().word() + "."
                + endpoint.rate(limits)
                        .map(rate -> " Each caller: " + rate + ".")
                        .orElse("");
    }

    /** {@code get_api_jobs_id} */
    private static String operationId(Endpoint endpoint) {
        return (endpoint.verb() + endpoint.path())
                .replaceAll("\\W+", "_")
                .replaceAll("_$", "")
                .toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> responses(Endpoint endpoint, Map<String, Object> operation, Schemas schemas) {
        var responses = new LinkedHashMap<String, Object>();
        responses.put(success(endpoint), answer(endpoint, schemas));
        for (var error : errors(endpoint, operation)) {
            responses.put(
                    error.substring(0, 3),
                    Map.of(
                            "description",
                            error.substring(4),
                            "content",
                            Map.of(PROBLEM, Map.of("schema", Map.of("$ref", "#/components/schemas/Problem")))));
        }
        return responses;
    }

    /** What answers with a status of its own choice does not tell here which. */
    private static String success(Endpoint endpoint) {
        var status =
                AnnotatedElementUtils.findMergedAnnotation(endpoint.method().getMethod(), ResponseStatus.class);
        if (status != null) {
            return String.valueOf(status.code().value());
        }
        return HttpEntity.class.isAssignableFrom(
                        endpoint.method().getReturnType().getParameterType())
                ? "2XX"
                : "200";
    }

    private static Map<String, Object> answer(Endpoint endpoint, Schemas schemas) {
        var type = ResolvableType.forMethodReturnType(
                endpoint.method().getMethod(), endpoint.method().getBeanType());
        var body = HttpEntity.class.isAssignableFrom(type.toClass()) ? type.getGeneric(0) : type;
        var answer = new LinkedHashMap<String, Object>();
        answer.put("description", "Done");
        if (body.toClass() != void.class && body.toClass() != Void.class) {
            answer.put("content", Map.of("application/json", Map.of("schema", schemas.of(body))));
        }
        return answer;
    }

    private List<String> errors(Endpoint endpoint, Map<String, Object> operation) {
        var errors = new ArrayList<String>();
        if (operation.containsKey("parameters") || operation.containsKey("requestBody")) {
            errors.add("400 A field or parameter is wrong; the problem names it and its bound");
        }
        errors.add("401 No token, or one that is unknown, revoked or expired");
        errors.add("403 The role of the token is too small, or the token is bound to others");
        if (endpoint.hasVariables()) {
            errors.add("404 There is no such thing");
        }
        if (endpoint.rate(limits).isPresent()) {
            errors.add("429 Too many calls; Retry-After says in how many seconds the next is taken");
        }
        errors.add("503 The database or another server does not answer; try again after Retry-After seconds");
        return errors;
    }

    /** Spring's own, which no controller of ours answers. */
    private static void addActuator(Map<String, Map<String, Object>> paths) {
        actuator(paths, "/actuator/health", "Whether all is well; with a token, each part");
        actuator(paths, "/actuator/health/liveness", "Whether the process lives; open to everybody");
        actuator(paths, "/actuator/health/readiness", "Whether it takes requests; open to everybody");
        actuator(paths, "/actuator/prometheus", "Metrics");
    }

    private static void actuator(Map<String, Map<String, Object>> paths, String path, String summary) {
        var operation = new LinkedHashMap<String, Object>();
        operation.put("tags", List.of("actuator"));
        operation.put("summary", summary);
        operation.put("operationId", "get" + path.replace('/', '_'));
        operation.put("responses", Map.of("200", Map.of("description", "Done")));
        paths.put(path, Map.of("get", operation));
    }
}
