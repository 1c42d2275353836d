package dev.rowrunner.http;

import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a token. The secret alone goes to standard output, so that a script can take it. */
@Component
@Command(
        name = "create",
        description = "Makes a token and prints its secret, this once.",
        mixinStandardHelpOptions = true)
class CreateToken implements Callable<Integer> {

    @Parameters(
            paramLabel = "NAME",
            description = "1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first.")
    String name;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "viewer",
            description = "viewer looks, operator acts too, admin does everything. Default: ${DEFAULT-VALUE}.")
    String role;

    @Spec
    CommandSpec spec;

    private final Tokens tokens;

    CreateToken(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Integer call() {
        var secret = tokens.create(name, Role.ofWord(role));
        spec.commandLine().getErr().println("Token '" + name + "', role " + role + ". It is shown this once:");
        spec.commandLine().getOut().println(secret);
        return spec.exitCodeOnSuccess();
    }
}
