package dev.rowrunner.admin;

import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Says how database, Redis and workers are; its exit code is 0 when all are up. */
@Component
@Command(
        name = "health",
        description = "Says how database, Redis and workers are. Exit code 0 when all are up, else 1.",
        mixinStandardHelpOptions = true)
class HealthCommand implements Callable<Integer> {

    @Option(names = "--json", description = "One JSON array instead of lines.")
    boolean json;

    @Spec
    CommandSpec spec;

    private final CheckHealth check;
    private final JsonMapper mapper;

    HealthCommand(CheckHealth check, JsonMapper mapper) {
        this.check = check;
        this.mapper = mapper;
    }

    @Override
    public Integer call() {
        var parts = check.parts();
        print(parts);
        return exitCode(parts);
    }

    static int exitCode(List<PartHealth> parts) {
        return parts.stream().allMatch(PartHealth::isUp) ? 0 : 1;
    }

    private void print(List<PartHealth> parts) {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(mapper.writeValueAsString(parts));
        } else {
            parts.forEach(part -> out.println(line(part)));
        }
    }

    private static String line(PartHealth part) {
        return String.format("%-10s %s  %s", part.part(), part.status(), part.reason())
                .stripTrailing();
    }
}
