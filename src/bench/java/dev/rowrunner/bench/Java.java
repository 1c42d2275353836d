package dev.rowrunner.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of its own for what is measured, on the same JDK and class path. */
final class Java {

    private Java() {}

    /** The command that runs a class. Properties {@code bench.*} are passed on. */
    static List<String> command(Class<?> main, List<String> args) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // As servers are run: a heap that has to grow is collected all the time.
                "-Xms512m",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path")));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("bench."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.add(main.getName());
        command.addAll(args);
        return command;
    }
}
