package dev.rowrunner.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes each event as one line, whatever it carries: {@code [2026-01-04T14:30:00.000Z] [INFO] message {"key":"value"}},
 * or as a JSON object. The context is the MDC, then the event's own keys and values, then the exception.
 */
public final class LineEncoder extends EncoderBase<ILoggingEvent> {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final JsonMapper JSON = JsonMapper.builder()
            // Characters that some terminals and readers take for the end of a line.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private final ThrowableProxyConverter stackTrace = new ThrowableProxyConverter();
    private boolean json;
    private String hidden = "";

    /** Set by logback: {@code text} or {@code json}. */
    public void setFormat(String format) {
        json = format.equalsIgnoreCase("json");
    }

    /** Set by logback: MDC entries whose names begin like this are not written. */
    public void setHide(String prefix) {
        hidden = prefix;
    }

    @Override
    public void start() {
        stackTrace.start();
        super.start();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        var line = json ? jsonOf(event) : textOf(event);
        return (line + "\n").getBytes(UTF_8);
    }

    @Override
    public byte @Nullable [] headerBytes() {
        return null;
    }

    @Override
    public byte @Nullable [] footerBytes() {
        return null;
    }

    private String textOf(ILoggingEvent event) {
        var context = contextOf(event);
        return "[%s] [%s] %s".formatted(timeOf(event), event.getLevel(), onOneLine(event.getFormattedMessage()))
                + (context.isEmpty() ? "" : " " + JSON.writeValueAsString(context));
    }

    private String jsonOf(ILoggingEvent event) {
        var line = new LinkedHashMap<String, Object>();
        line.put("timestamp", timeOf(event));
        line.put("level", event.getLevel().toString());
        line.put("message", String.valueOf(event.getFormattedMessage()));
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        var context = contextOf(event);
        if (!context.isEmpty()) {
            line.put("context", context);
        }
        return JSON.writeValueAsString(line);
    }

    private Map<String, @Nullable Object> contextOf(ILoggingEvent event) {
        var context = new LinkedHashMap<String, @Nullable Object>();
        event.getMDCPropertyMap().forEach((name, value) -> {
            if (hidden.isEmpty() || !name.startsWith(hidden)) {
                context.put(name, value);
            }
        });
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> context.put(pair.key, scalar(pair.value)));
        }
        if (event.getThrowableProxy() != null) {
            context.put("exception", stackTrace.convert(event).strip());
        }
        return context;
    }

    /** Only text, numbers and truth values, so that no object can make the writing of a line fail. */
    private static @Nullable Object scalar(@Nullable Object value) {
        return value == null || value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
    }

    private static String timeOf(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    }

    /** A message may quote what a stranger sent; it must not be able to forge a line. */
    private static String onOneLine(@Nullable String message) {
        var line = new StringBuilder();
        String.valueOf(message).chars().forEach(character -> appendVisibly((char) character, line));
        return line.toString();
    }

    private static void appendVisibly(char character, StringBuilder line) {
        switch (character) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (Character.isISOControl(character) || character == '\u2028' || character == '\u2029') {
                    line.append("\\u%04x".formatted((int) character));
                } else {
                    line.append(character);
                }
            }
        }
    }
}
