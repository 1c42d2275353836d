package dev.rowrunner.cli;

import picocli.CommandLine.Command;

/** The program itself; called without a command it runs the server. */
@Command(
        name = "rowrunner",
        description = "Runs background jobs that are rows in PostgreSQL. Without a command: run.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true)
final class RootCommand extends RunCommand {

    RootCommand(Class<?> application) {
        super(application);
    }
}
