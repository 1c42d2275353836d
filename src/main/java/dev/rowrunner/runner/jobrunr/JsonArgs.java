package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A kind's args as JSON text. An own mapper, so that no setting of the HTTP side changes what is stored. */
@Component
class JsonArgs {

    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** @throws IllegalArgumentException if the args can't be written */
    <A> String write(JobKind<A> kind, A args) {
        try {
            return mapper.writerFor(kind.args()).writeValueAsString(args);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "Args of kind '" + kind.name() + "' can't be stored as JSON: " + e.getOriginalMessage(), e);
        }
    }

    <A> A read(JobKind<A> kind, String json) {
        try {
            return mapper.readValue(json, kind.args());
        } catch (JacksonException e) {
            throw new ArgsDoNotFitException(kind, e);
        }
    }
}
