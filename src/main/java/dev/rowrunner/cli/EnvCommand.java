package dev.rowrunner.cli;

import dev.rowrunner.embedded.Installation;
import dev.rowrunner.embedded.Surroundings;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints where the running installation is, for a shell to take over: {@code eval "$(make -s env)"}. */
@Command(
        name = "env",
        description = "Prints the running installation's URLs as shell exports.",
        mixinStandardHelpOptions = true)
final class EnvCommand implements Callable<Integer> {

    private final Surroundings surroundings;
    private final PrintStream out;

    EnvCommand() {
        this(Surroundings.ofProcess(), System.out);
    }

    EnvCommand(Surroundings surroundings, PrintStream out) {
        this.surroundings = surroundings;
        this.out = out;
    }

    @Override
    public Integer call() {
        urls().forEach((variable, url) -> out.println("export " + variable + "=" + quote(url)));
        return 0;
    }

    private Map<String, String> urls() {
        var urls = new Installation(surroundings).urlsOfRunning();
        if (urls.size() < 2) {
            throw new IllegalStateException(
                    "No installation runs on " + surroundings.dataFolder().toAbsolutePath()
                            + "; start one with 'make run-worker', or set DATABASE_URL and REDIS_URL");
        }
        return urls;
    }

    private static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
