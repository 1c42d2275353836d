package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** A kind's args as JSON text. An own mapper, so that no setting of the HTTP side changes what is stored. */
@Component
class JsonArgs {

    private static final int MOST_BYTES = 1 << 20;

    /** Not the six characters themselves, whose backslash is written as two. */
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)(\\\\\\\\)*\\\\u0000");

    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();
    private final Map<Class<?>, ObjectWriter> writers = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException if the args can't be written, or are too much to store */
    <A> String write(JobKind<A> kind, A args) {
        var json = json(kind, args);
        if (!json.startsWith("{")) {
            throw new IllegalArgumentException("The args of a job are a JSON object; kind '" + kind.name()
                    + "' was given " + (args == null ? "null" : args.getClass().getName()));
        }
        return storable(kind.name(), json);
    }

    /** The args of a kind whose record is not known here. Throws as {@link #write} does. */
    String write(String kind, Map<String, @Nullable Object> args) {
        return storable(kind, mapper.writeValueAsString(args));
    }

    private static String storable(String kind, String json) {
        int bytes = json.length() < MOST_BYTES / 4 ? json.length() : json.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_BYTES) {
            throw new IllegalArgumentException("Args of kind '" + kind + "' have " + bytes + " bytes as JSON; at most "
                    + MOST_BYTES + " are stored. Store the data elsewhere and enqueue its key");
        }
        if (NUL.matcher(json).find()) {
            throw new IllegalArgumentException(
                    "Args of kind '" + kind + "' contain the character NUL, which PostgreSQL can't store");
        }
        return json;
    }

    Map<String, @Nullable Object> map(String json) {
        return mapper.readValue(json, new TypeReference<>() {});
    }

    private <A> String json(JobKind<A> kind, A args) {
        try {
            return writers.computeIfAbsent(kind.args(), mapper::writerFor).writeValueAsString(args);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "Args of kind '" + kind.name() + "' can't be stored as JSON: " + e.getOriginalMessage(), e);
        }
    }

    <A> A read(JobKind<A> kind, String json) {
        try {
            return readers.computeIfAbsent(kind.args(), mapper::readerFor).readValue(json);
        } catch (JacksonException e) {
            throw new ArgsDoNotFitException(kind, e);
        }
    }

    /** What the job's handler must not be heard to say: each text and number in its secret args, as it is and as in JSON. */
    Redaction redaction(JobKind<?> kind, String json) {
        var names = Redaction.argsOf(kind);
        if (names.isEmpty()) {
            return Redaction.NONE;
        }
        var values = new ArrayList<String>();
        var args = readable(json);
        names.forEach(name -> collect(args.path(name), values));
        return Redaction.of(values);
    }

    private JsonNode readable(String json) {
        try {
            return mapper.readTree(json);
        } catch (JacksonException notJson) {
            return mapper.createObjectNode();
        }
    }

    private static void collect(JsonNode value, List<String> texts) {
        if (value.isContainer()) {
            value.forEach(element -> collect(element, texts));
        } else {
            var written = value.toString();
            texts.add(value.isString() ? written.substring(1, written.length() - 1) : written);
            texts.add(value.asString());
        }
    }

    /** The value of one arg as PostgreSQL's {@code ->>} answers it, or null where there is none. */
    @Nullable
    String valueOf(String json, String arg) {
        var value = mapper.readTree(json).get(arg);
        if (value == null || value.isNull()) {
            return null;
        }
        return value.isString() ? value.stringValue() : value.toString();
    }
}
