package dev.rowrunner.cli;

import dev.rowrunner.embedded.Surroundings;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * Finds the command that the arguments name and runs it. Arguments are checked, and help is given, before anything is
 * started: at first with commands that are empty shells, then with the Spring beans.
 */
public final class CommandLineProgram {

    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
    private static final Set<String> FORMATS = Set.of("TEXT", "JSON");

    private final Commands commands;
    private final Class<?> application;

    private CommandLineProgram(Class<?> application) {
        this.commands = new Commands(application);
        this.application = application;
    }

    /** Answers the exit code: 0, 1 for a failure that one line on stderr explains, 2 for arguments that are no command. */
    public static int run(Class<?> application, String... args) {
        try {
            logAsFits(args);
            return new CommandLineProgram(application).run(args);
        } catch (RuntimeException e) {
            return FailureInOneLine.print(e, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        }
    }

    private int run(String... args) {
        var commandLine = commands.asShells();
        commandLine.setExecutionStrategy(parsed -> execute(parsed, args));
        return commandLine.execute(args);
    }

    private int execute(ParseResult parsed, String... args) {
        var help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        var called = called(parsed);
        if (called.userObject() instanceof RunCommand || called.subcommands().isEmpty()) {
            return isBean(called) ? executeInContext(args) : new CommandLine.RunLast().execute(parsed);
        }
        called.commandLine().usage(System.err);
        return called.exitCodeOnInvalidInput();
    }

    /** A subcommand may be a method of its command. */
    private static boolean isBean(CommandSpec command) {
        var object = command.userObject();
        return Commands.isBean(object instanceof Method method ? method.getDeclaringClass() : object.getClass());
    }

    private int executeInContext(String... args) {
        var beans = new CommandContext(application, Surroundings.ofProcess());
        return commands.asBeans(beans.start()).execute(args);
    }

    private static CommandSpec called(ParseResult parsed) {
        var deepest = parsed;
        while (deepest.hasSubcommand()) {
            deepest = deepest.subcommand();
        }
        return deepest.commandSpec();
    }

    /** Must come before the first logger: a command's stdout is its own, and its logs are what went wrong. */
    private static void logAsFits(String... args) {
        requireOneOf("LOG_LEVEL", LEVELS);
        requireOneOf("LOG_FORMAT", FORMATS);
        if (!isServer(args)) {
            System.setProperty("rowrunner.log.target", "System.err");
            System.setProperty("rowrunner.log.level", "WARN");
        }
    }

    private static boolean isServer(String... args) {
        return Arrays.stream(args)
                .filter(arg -> !arg.startsWith("-"))
                .findFirst()
                .map(RunCommand.NAME::equals)
                .orElse(true);
    }

    private static void requireOneOf(String variable, Set<String> values) {
        var value = System.getenv(variable);
        if (value != null && !value.isEmpty() && !values.contains(value.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException(variable + " is '" + value + "'; it may be one of "
                    + String.join(", ", values.stream().sorted().toList()));
        }
    }
}
