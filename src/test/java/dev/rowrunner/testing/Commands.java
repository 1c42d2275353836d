package dev.rowrunner.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.stereotype.Component;
import picocli.CommandLine;

/** Runs a command bean as the command line does, and keeps what it prints. */
@Component
public class Commands {

    public record Result(int exitCode, String out, String err) {}

    private final BeanFactory beans;

    Commands(BeanFactory beans) {
        this.beans = beans;
    }

    public Result run(Class<?> command, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode = new CommandLine(command, new Beans())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    line.getErr().println(e.getMessage());
                    return 1;
                })
                .execute(arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }

    private class Beans implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            var bean = beans.getBeanProvider(type).getIfAvailable();
            return bean != null ? bean : CommandLine.defaultFactory().create(type);
        }
    }
}
