package dev.rowrunner.http;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Lists the live tokens, without their secrets. */
@Component
@Command(name = "list", description = "Lists the tokens that were not revoked.", mixinStandardHelpOptions = true)
class ListTokens implements Callable<Integer> {

    private static final String LINE = "%-24s %-9s %-16s %-16s %-21s %-21s %s%n";

    private record Row(
            String name,
            String role,
            @Nullable String tenant,
            @Nullable String business,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    @Option(names = "--json", defaultValue = "false", description = "One JSON array instead of a table.")
    boolean json;

    @Spec
    CommandSpec spec;

    private final Tokens tokens;
    private final JsonMapper mapper;

    ListTokens(Tokens tokens, JsonMapper mapper) {
        this.tokens = tokens;
        this.mapper = mapper;
    }

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var live = tokens.live();
        if (json) {
            out.println(
                    mapper.writeValueAsString(live.stream().map(ListTokens::row).toList()));
        } else {
            printTable(out, live);
        }
        return spec.exitCodeOnSuccess();
    }

    private static Row row(Token token) {
        return new Row(
                token.name(),
                token.role().word(),
                token.tenant(),
                token.business(),
                token.createdAt(),
                token.expiresAt(),
                token.lastUsedAt());
    }

    private static void printTable(PrintWriter out, List<Token> live) {
        out.printf(LINE, "NAME", "ROLE", "TENANT", "BUSINESS", "CREATED", "EXPIRES", "LAST USED");
        for (var token : live) {
            out.printf(
                    LINE,
                    token.name(),
                    token.role().word(),
                    orElse("every", token.tenant()),
                    orElse("every", token.business()),
                    second(token.createdAt()),
                    never(token.expiresAt()),
                    never(token.lastUsedAt()));
        }
        out.flush();
    }

    private static String orElse(String none, @Nullable String value) {
        return value == null ? none : value;
    }

    private static String never(@Nullable Instant at) {
        return at == null ? "never" : second(at);
    }

    private static String second(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
