package dev.rowrunner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.Rowrunner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineProgramTest {

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @Test
    void suggestsTheNearestCommandForAnUnknownOne() {
        var code = program().execute("sqll");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("'sqll'").contains("Did you mean").contains("sql");
    }

    @Test
    void refusesAnOptionThatIsNoProperty() {
        assertThat(program().execute("run", "--hepl")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void givesHelpForEveryCommand(String command) {
        var code = program()
                .execute(Stream.concat(Stream.of(command.split(" ")), Stream.of("--help"))
                        .toArray(String[]::new));

        assertThat(code).isZero();
        assertThat(out.toString()).contains("Usage: rowrunner " + command).contains("--help");
    }

    @Test
    void tellsAFailureInOneLineWithoutSecrets() {
        var printed = new StringWriter();
        var failure = new IllegalStateException("first\n  second postgres://u:s3cret@h/d?password=s3cret");

        var code = FailureInOneLine.print(failure, new PrintWriter(printed));

        assertThat(code).isEqualTo(1);
        assertThat(printed.toString().strip()).isEqualTo("first second postgres://u:***@h/d?password=***");
    }

    static Stream<String> commands() {
        return below(new Commands(Rowrunner.class).asShells(), "");
    }

    private static Stream<String> below(CommandLine line, String prefix) {
        return line.getSubcommands().entrySet().stream()
                .filter(command -> !command.getKey().equals("help"))
                .flatMap(command -> Stream.concat(
                        Stream.of(prefix + command.getKey()),
                        below(command.getValue(), prefix + command.getKey() + " ")));
    }

    private CommandLine program() {
        return new Commands(Rowrunner.class)
                .asShells()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
    }
}
