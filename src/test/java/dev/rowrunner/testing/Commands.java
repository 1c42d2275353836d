package dev.rowrunner.testing;

import dev.rowrunner.cli.ProgramCommands;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;

/** Runs a command as the command line does, on the beans of the test's context, and keeps what it prints. */
@Component
public class Commands {

    public record Result(int exitCode, String out, String err) {}

    private final BeanFactory beans;

    Commands(BeanFactory beans) {
        this.beans = beans;
    }

    /** @param command a top-level command, whose name comes before the arguments */
    public Result run(Class<?> command, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var name = command.getAnnotation(Command.class).name();
        int exitCode = ProgramCommands.of(beans)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of(name), Stream.of(arguments)).toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }
}
