package dev.rowrunner.cli;

import dev.rowrunner.embedded.Installation;
import dev.rowrunner.embedded.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs the server until it is stopped: its PostgreSQL and Redis and, beside them, the Spring context; stopped in reverse. */
@Command(
        name = RunCommand.NAME,
        description = "Runs the worker and the API until it is stopped. Takes properties as --name=value.",
        mixinStandardHelpOptions = true)
class RunCommand implements Callable<Integer> {

    static final String NAME = "run";

    private static final Pattern PROPERTY =
            Pattern.compile("--[a-z][a-z0-9-]*(\\.[a-zA-Z0-9\\[\\]_-]+)+=.*", Pattern.DOTALL);
    private static final String DATA_FOLDER = "--rowrunner.data-dir=";

    private final Class<?> application;

    @Unmatched
    private List<String> properties = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    RunCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() throws InterruptedException {
        requireProperties();
        var open = OpenParts.closedAtExit();
        var installation = open.add(new Installation(surroundings()));
        installation.serve();
        var server = new Server(application, installation, open);
        server.start(properties);
        server.awaitEnd();
        return 0;
    }

    private Surroundings surroundings() {
        var surroundings = Surroundings.ofProcess();
        return properties.stream()
                .filter(property -> property.startsWith(DATA_FOLDER))
                .map(property -> Path.of(property.substring(DATA_FOLDER.length())))
                .reduce((earlier, later) -> later)
                .map(surroundings::withDataFolder)
                .orElse(surroundings);
    }

    private void requireProperties() {
        var others = properties.stream()
                .filter(argument -> !PROPERTY.matcher(argument).matches())
                .toList();
        if (!others.isEmpty()) {
            throw new UnmatchedArgumentException(spec.commandLine(), others);
        }
    }
}
