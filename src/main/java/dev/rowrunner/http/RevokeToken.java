package dev.rowrunner.http;

import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends a token. */
@Component
@Command(
        name = "revoke",
        description = "Revokes a token. Running servers refuse it within 5 seconds.",
        mixinStandardHelpOptions = true)
class RevokeToken implements Callable<Integer> {

    @Parameters(paramLabel = "NAME", description = "Name of a live token.")
    String name;

    @Spec
    CommandSpec spec;

    private final Tokens tokens;

    RevokeToken(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Integer call() {
        tokens.revoke(name);
        spec.commandLine()
                .getOut()
                .println("Token '" + name + "' is revoked. Running servers refuse it within "
                        + TokenCheck.REMEMBERED.toSeconds() + " seconds.");
        return spec.exitCodeOnSuccess();
    }
}
