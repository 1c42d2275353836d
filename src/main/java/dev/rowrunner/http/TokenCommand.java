package dev.rowrunner.http;

import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The family of token commands; by itself it prints its usage. */
@Component
@Command(
        name = "token",
        description = "Makes, revokes and lists the tokens that open the API and the dashboard.",
        mixinStandardHelpOptions = true,
        subcommands = {CreateToken.class, RevokeToken.class, ListTokens.class})
class TokenCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return spec.exitCodeOnInvalidInput();
    }
}
