package dev.rowrunner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.cli.ProgramCommands;
import dev.rowrunner.testing.RowrunnerTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import picocli.CommandLine;

/** What the README names exists: a reader copies from it. What the names do is tested where they are at home. */
@RowrunnerTest
class ReadmeTest {

    @Autowired
    ApplicationContext context;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    RequestMappingHandlerMapping mapping;

    private final String readme = read("README.md");

    @Test
    void everyMakeTargetExists() {
        var targets = found(Pattern.compile("(?m)^([a-z-]+):.*## "), read("Makefile"));

        assertThat(targets).containsAll(found(Pattern.compile("make ([a-z][a-z-]*)"), code()));
    }

    @Test
    void everyTargetHasALineInTheReadmeOrInMakeHelp() {
        assertThat(found(Pattern.compile("(?m)^([a-z-]+):(?!.*##)"), read("Makefile")))
                .containsExactlyInAnyOrder("jdk", "test-second-jdk", "check");
    }

    @Test
    void everyUsageCommandExists() {
        var usage = subcommand(ProgramCommands.of(context), "usage");

        assertThat(usage.getSubcommands().keySet())
                .containsAll(found(Pattern.compile("usage (aggregate|status|increment)"), readme));
        assertThat(options(subcommand(usage, "aggregate")))
                .containsAll(found(Pattern.compile("usage aggregate.*?(--[a-z]+)"), readme))
                .contains("--date", "--from", "--to", "--merchant", "--json");
    }

    @Test
    void everyEndpointIsMapped() {
        var mapped = mapping.getHandlerMethods().keySet().stream()
                .flatMap(info -> info.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> info.getPatternValues().stream().map(path -> method + " " + path)))
                .collect(Collectors.toSet());

        assertThat(mapped).containsAll(found(Pattern.compile("`((?:GET|POST|PUT|PATCH|DELETE) /api/[^`]+)`"), readme));
    }

    @Test
    void everyPropertyIsRead() {
        var sources = sources();

        found(Pattern.compile("(?m)^\\| `(?:rowrunner|usage)\\.(?:[a-z]+\\.)*([a-z-]+)`"), readme)
                .forEach(name -> assertThat(sources).contains(camelCase(name)));
    }

    @Test
    void everyViewCanBeRead() {
        found(Pattern.compile("`(merchant_usage\\w*|usage_\\w+)`"), readme)
                .forEach(view -> assertThat(context.getBean(JdbcClient.class)
                                .sql("SELECT count(*) FROM " + view)
                                .query(Long.class)
                                .single())
                        .isNotNegative());
    }

    /** What stands between backquotes, or in a block. */
    private String code() {
        return Pattern.compile("`[^`]+`|(?s)```.*?```")
                .matcher(readme)
                .results()
                .map(match -> match.group())
                .collect(Collectors.joining("\n"));
    }

    private static CommandLine subcommand(CommandLine command, String name) {
        return Objects.requireNonNull(command.getSubcommands().get(name));
    }

    private static Set<String> options(CommandLine command) {
        return command.getCommandSpec().optionsMap().keySet();
    }

    private static String camelCase(String name) {
        return Pattern.compile("-([a-z])")
                .matcher(name)
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    private static Set<String> found(Pattern pattern, String text) {
        var found = pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).isNotEmpty();
        return found;
    }

    private static String sources() {
        try (var files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith("Properties.java")
                            || file.toString().endsWith("Roles.java"))
                    .map(file -> read(file.toString()))
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
