package dev.rowrunner.cli;

import dev.rowrunner.runner.Actor;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.objenesis.SpringObjenesis;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;

/** The commands of all packages. A class with picocli's annotation is one; no list names them. */
final class Commands {

    private final Class<?> application;
    private final List<Class<?>> topLevel;

    Commands(Class<?> application) {
        this.application = application;
        this.topLevel = topLevelOf(application.getPackageName());
    }

    /** Knows names, options and help, but its commands that are beans can't run: they were made without their constructors. */
    CommandLine asShells() {
        var shells = new SpringObjenesis();
        return commandLine(new Factory() {
            @Override
            <K> K bean(Class<K> type) {
                return shells.newInstance(type);
            }
        });
    }

    /** What they change is changed in the name of the machine's user. */
    CommandLine asBeans(BeanFactory beans) {
        var commandLine = commandLine(new Factory() {
            @Override
            <K> K bean(Class<K> type) {
                return beans.getBean(type);
            }
        });
        return commandLine.setExecutionStrategy(Commands::executeAsUser);
    }

    private static int executeAsUser(ParseResult parsed) {
        try (var acting = Actor.as("cli:" + System.getProperty("user.name"))) {
            return new RunLast().execute(parsed);
        }
    }

    static boolean isBean(Class<?> type) {
        return AnnotatedElementUtils.hasAnnotation(type, Component.class);
    }

    private CommandLine commandLine(IFactory factory) {
        var commandLine = new CommandLine(RootCommand.class, factory);
        topLevel.forEach(command -> commandLine.addSubcommand(new CommandLine(command, factory)));
        commandLine.addSubcommand(new HelpCommand());
        commandLine.registerConverter(LocalDate.class, Commands::date);
        commandLine.setParameterExceptionHandler(new BadArguments());
        commandLine.setExecutionExceptionHandler(
                (failure, line, parsed) -> FailureInOneLine.print(failure, line.getErr()));
        return commandLine;
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is not a date of the form 2025-11-01");
        }
    }

    private static List<Class<?>> topLevelOf(String basePackage) {
        var all = all(basePackage);
        var below = all.stream().flatMap(Commands::subcommandsOf).collect(Collectors.toSet());
        return all.stream()
                .filter(command -> command != RootCommand.class && !below.contains(command))
                .toList();
    }

    private static List<Class<?>> all(String basePackage) {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Command.class, false));
        return scanner.findCandidateComponents(basePackage).stream()
                .<Class<?>>map(found -> ClassUtils.resolveClassName(
                        String.valueOf(found.getBeanClassName()), Commands.class.getClassLoader()))
                .sorted(Comparator.comparing(
                        command -> command.getAnnotation(Command.class).name()))
                .toList();
    }

    private static Stream<Class<?>> subcommandsOf(Class<?> command) {
        return Arrays.stream(command.getAnnotation(Command.class).subcommands());
    }

    private abstract class Factory implements IFactory {

        abstract <K> K bean(Class<K> type);

        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (RunCommand.class.isAssignableFrom(type)) {
                return type.getDeclaredConstructor(Class.class).newInstance(application);
            }
            return isBean(type) ? bean(type) : CommandLine.defaultFactory().create(type);
        }
    }
}
