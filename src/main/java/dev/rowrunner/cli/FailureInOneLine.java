package dev.rowrunner.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Tells a failure in the one line that helps: its innermost reason, without the frameworks' wrapping and without secrets. */
final class FailureInOneLine {

    private static final int FAILED = 1;
    private static final Pattern PASSWORD_IN_URL = Pattern.compile("(://[^:/@\\s]*:)[^@\\s]+@");
    private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?i)(password=)[^&\\s]+");

    private FailureInOneLine() {}

    /** Answers the exit code. The whole trace is in the log at level DEBUG. */
    static int print(Throwable failure, PrintWriter err) {
        err.println(withoutSecrets(explain(failure)));
        err.flush();
        LoggerFactory.getLogger(FailureInOneLine.class).debug("The command failed", failure);
        return FAILED;
    }

    static String explain(Throwable failure) {
        return onOneLine(find(failure, PortInUseException.class)
                .map(inUse -> "Port " + inUse.getPort()
                        + " is in use; stop what listens on it, or set server.port (SERVER_PORT) to another")
                .or(() -> find(failure, BindException.class).map(FailureInOneLine::badProperty))
                .or(() -> analysis(failure))
                .orElseGet(() -> reason(failure)));
    }

    private static String badProperty(BindException failure) {
        var property = Optional.ofNullable(failure.getProperty());
        var name = property.map(value -> value.getName().toString())
                .orElse(failure.getName().toString());
        return "The property " + name + " is wrong: " + reason(failure);
    }

    /** Spring Boot knows the ways out of many failures. */
    private static Optional<String> analysis(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, SpringFactoriesLoader.FailureHandler.handleMessage((message, cause) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .map(analysis -> analysis.getDescription()
                        + Optional.ofNullable(analysis.getAction())
                                .map(action -> " " + action)
                                .orElse(""));
    }

    private static String reason(Throwable failure) {
        var innermost = failure;
        while (isWrapping(innermost) && innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost.getMessage() == null ? innermost.getClass().getSimpleName() : innermost.getMessage();
    }

    private static boolean isWrapping(Throwable failure) {
        return failure.getClass().getName().startsWith("org.springframework.")
                || failure.getMessage() == null
                || failure.getMessage().equals(String.valueOf(failure.getCause()));
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    private static String onOneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String withoutSecrets(String text) {
        var withoutUrls = PASSWORD_IN_URL.matcher(text).replaceAll("$1***@");
        return PASSWORD_PARAMETER.matcher(withoutUrls).replaceAll("$1***");
    }
}
