package dev.rowrunner.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import tools.jackson.databind.json.JsonMapper;

class LineEncoderTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void writesTimeLevelAndMessage() {
        var log = logger("text");

        log.info("Aggregated {} keys", 42);

        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\[\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z] \\[INFO] Aggregated 42 keys");
    }

    @Test
    void writesMdcAndKeysAsJsonBehindTheMessage() {
        var log = logger("text");

        try (var ignored = MDC.putCloseable("job", "7")) {
            log.atWarn()
                    .addKeyValue("keys", 42)
                    .addKeyValue("merchant", "\"a\"\n")
                    .log("Late");
        }

        assertThat(lines())
                .singleElement()
                .asString()
                .endsWith("[WARN] Late {\"job\":\"7\",\"keys\":42,\"merchant\":\"\\\"a\\\"\\n\"}");
    }

    @Test
    void keepsAnExceptionOnTheLine() {
        var log = logger("text");

        log.error("Failed", new IllegalStateException("first\nsecond"));

        assertThat(lines())
                .singleElement()
                .asString()
                .contains("Failed {\"exception\":\"java.lang.IllegalStateException: first\\nsecond\\n\\tat ");
    }

    @Test
    void doesNotLetAMessageForgeALine() {
        var log = logger("text");

        log.info("user {}", "x\r\n[2026-01-04T14:30:00.000Z] [ERROR] forged\u2028\u001b[31m");

        assertThat(lines())
                .singleElement()
                .asString()
                .endsWith("x\\r\\n[2026-01-04T14:30:00.000Z] [ERROR] forged\\u2028\\u001b[31m");
    }

    @Test
    void writesWholeLinesOfJsonOnRequest() {
        var log = logger("json");

        log.atInfo().addKeyValue("keys", 42).log("two\nlines");

        var line = JsonMapper.shared().readTree(lines()[0]);
        assertThat(lines()).hasSize(1);
        assertThat(line.get("level").asString()).isEqualTo("INFO");
        assertThat(line.get("message").asString()).isEqualTo("two\nlines");
        assertThat(line.get("context").get("keys").asInt()).isEqualTo(42);
    }

    private Logger logger(String format) {
        var context = new LoggerContext();
        var encoder = new LineEncoder();
        encoder.setContext(context);
        encoder.setFormat(format);
        encoder.start();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(written);
        appender.start();
        context.setMDCAdapter(MDC.getMDCAdapter());
        var log = context.getLogger("test");
        log.addAppender(appender);
        return log;
    }

    private String[] lines() {
        return written.toString(UTF_8).split("\n");
    }
}
