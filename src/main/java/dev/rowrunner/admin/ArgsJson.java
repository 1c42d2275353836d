package dev.rowrunner.admin;

import java.io.StringWriter;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;

/** Takes a JSON object as it was written: read into numbers of Java, 0.10 would be stored as 0.1. */
final class ArgsJson extends ValueDeserializer<String> {

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return context.reportInputMismatch(Map.class, "args are an object");
        }
        var text = new StringWriter();
        try (var generator = context.tokenStreamFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            generator.copyCurrentStructureExact(parser);
        }
        return text.toString();
    }
}
