package dev.rowrunner.http;

import dev.rowrunner.runner.Role;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
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

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            defaultValue = Option.NULL_VALUE,
            description = "The only tenant whose jobs and data it opens. Default: every tenant's.")
    @Nullable
    String tenant;

    @Option(
            names = "--business",
            paramLabel = "BUSINESS",
            defaultValue = Option.NULL_VALUE,
            description = "The only business whose data it opens. Default: every business'.")
    @Nullable
    String business;

    @Option(
            names = "--expires",
            paramLabel = "AFTER",
            defaultValue = Option.NULL_VALUE,
            description = "How long it may be used: 90d, 12h. Default: until it is revoked.")
    @Nullable
    String expires;

    @Spec
    CommandSpec spec;

    private final Tokens tokens;

    CreateToken(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Integer call() {
        var secret = tokens.create(new Grant(name, Role.ofWord(role), tenant, business, lasts()));
        spec.commandLine().getErr().println("Token '" + name + "', role " + role + ". It is shown this once:");
        spec.commandLine().getOut().println(secret);
        return spec.exitCodeOnSuccess();
    }

    private @Nullable Duration lasts() {
        try {
            return expires == null ? null : DurationStyle.SIMPLE.parse(expires);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--expires takes a number with its unit, such as 90d or 12h; was '" + expires + "'.", e);
        }
    }
}
