package dev.rowrunner.http.openapi;

import dev.rowrunner.runner.Caller;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.web.bind.annotation.BindParam;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ValueConstants;

/** What an endpoint takes, read from its method's parameters. */
final class Parameters {

    private static final DefaultParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    private final Endpoint endpoint;
    private final Schemas schemas;

    Parameters(Endpoint endpoint, Schemas schemas) {
        this.endpoint = endpoint;
        this.schemas = schemas;
    }

    List<Map<String, Object>> parameters() {
        return all().flatMap(this::parameters).toList();
    }

    Optional<Map<String, Object>> body() {
        return all().filter(parameter -> parameter.hasParameterAnnotation(RequestBody.class))
                .map(this::body)
                .findFirst();
    }

    private Stream<MethodParameter> all() {
        return Arrays.stream(endpoint.method().getMethodParameters()).map(parameter -> {
            parameter.initParameterNameDiscovery(NAMES);
            return parameter;
        });
    }

    private Map<String, Object> body(MethodParameter parameter) {
        var annotation = parameter.getParameterAnnotation(RequestBody.class);
        var schema = schemas.of(ResolvableType.forMethodParameter(parameter));
        var body = new LinkedHashMap<String, Object>();
        body.put("required", annotation != null && annotation.required());
        body.put("content", Map.of("application/json", Map.of("schema", schema)));
        return body;
    }

    private Stream<Map<String, Object>> parameters(MethodParameter parameter) {
        var path = parameter.getParameterAnnotation(PathVariable.class);
        if (path != null) {
            return Stream.of(one(parameter, path.name(), "path", true));
        }
        var query = parameter.getParameterAnnotation(RequestParam.class);
        if (query != null) {
            return Stream.of(query(parameter, query));
        }
        var header = parameter.getParameterAnnotation(RequestHeader.class);
        if (header != null) {
            return Stream.of(one(parameter, header.name(), "header", header.required() && !isNullable(parameter)));
        }
        var type = parameter.getParameterType();
        return type.isRecord() && type != Caller.class && !parameter.hasParameterAnnotation(RequestBody.class)
                ? Arrays.stream(type.getRecordComponents()).map(field -> one(field, type))
                : Stream.empty();
    }

    private Map<String, Object> query(MethodParameter parameter, RequestParam query) {
        var schema = schema(parameter);
        if (hasDefault(query)) {
            schema.put("default", query.defaultValue());
        }
        var required = query.required() && !isNullable(parameter) && !hasDefault(query);
        return parameter(name(parameter, query.name()), "query", required, schema);
    }

    private Map<String, Object> one(MethodParameter parameter, String name, String in, boolean required) {
        return parameter(name(parameter, name), in, required, schema(parameter));
    }

    private static String name(MethodParameter parameter, String name) {
        return name.isEmpty() ? String.valueOf(parameter.getParameterName()) : name;
    }

    private Map<String, Object> schema(MethodParameter parameter) {
        return schemas.of(
                ResolvableType.forMethodParameter(parameter),
                parameter.getExecutable().getParameters()[parameter.getParameterIndex()]);
    }

    /** A record that is made of query parameters. */
    private Map<String, Object> one(RecordComponent field, Class<?> record) {
        var named = field.getAccessor().getAnnotation(BindParam.class);
        var schema = schemas.of(Schemas.typeOf(field, ResolvableType.forClass(record)), field.getAccessor());
        Schemas.addSummary(schema, field);
        return parameter(named == null ? field.getName() : named.value(), "query", false, schema);
    }

    private static Map<String, Object> parameter(String name, String in, boolean required, Map<String, Object> schema) {
        var parameter = new LinkedHashMap<String, Object>();
        parameter.put("name", name);
        parameter.put("in", in);
        parameter.put("required", required);
        var description = schema.remove("description");
        if (description != null) {
            parameter.put("description", description);
        }
        parameter.put("schema", schema);
        return parameter;
    }

    private static boolean hasDefault(RequestParam query) {
        return !query.defaultValue().equals(ValueConstants.DEFAULT_NONE);
    }

    private static boolean isNullable(MethodParameter parameter) {
        return parameter
                .getExecutable()
                .getAnnotatedParameterTypes()[parameter.getParameterIndex()]
                .isAnnotationPresent(Nullable.class);
    }
}
