package dev.rowrunner.admin;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at dead letters, requeues and discards them, one, some, or all that a filter means. */
@Component
@Command(
        name = "dead-letter",
        description = "Lists, requeues and discards jobs that were given up.",
        mixinStandardHelpOptions = true)
class DeadLetterCommand implements Callable<Integer> {

    private static final String MEANT = """
            rowrunner.dead_letters_of(:kind, :queue, :tenant, :since::timestamptz, :until::timestamptz, :error, :most)
            """;

    private static final String LIST = """
            SELECT d.died_at::timestamptz(0) AS died_at, d.id, d.kind, d.queue, d.tenant, d.attempt AS attempts, d.reason, d.last_error
            FROM dead_letters d WHERE d.id IN (SELECT * FROM %s) ORDER BY d.died_at, d.id
            """.formatted(MEANT);

    private static final String REQUEUE = "SELECT count(*) FROM rowrunner.requeue(:ids::uuid[])";

    private static final String DISCARD =
            "SELECT count(*) FROM rowrunner.discard(:ids::uuid[], 'Dead letter discarded by an operator') WHERE outcome = 'discarded'";

    /** What is not given means all. */
    static class Filter {
        @Option(names = "--kind", description = "Of this kind.")
        @Nullable
        String kind;

        @Option(names = "--queue", description = "Of this queue.")
        @Nullable
        String queue;

        @Option(names = "--tenant", description = "Of this tenant.")
        @Nullable
        String tenant;

        @Option(names = "--since", description = "Given up at or after this time: 2025-11-01 or 2025-11-01T07:30Z.")
        @Nullable
        String since;

        @Option(names = "--until", description = "Given up before this time.")
        @Nullable
        String until;

        @Option(names = "--error", description = "Whose last error contains this text, in whatever case.")
        @Nullable
        String error;

        boolean isEmpty() {
            return Stream.of(kind, queue, tenant, since, until, error).noneMatch(Objects::nonNull);
        }
    }

    @Spec
    CommandSpec spec;

    private final JdbcClient jdbc;

    DeadLetterCommand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return spec.exitCodeOnInvalidInput();
    }

    @Command(description = "Lists dead letters, the oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Filter filter,
            @Option(names = "--limit", defaultValue = "100", description = "So many at most (${DEFAULT-VALUE}).")
                    long most) {
        Table.print(
                spec.commandLine().getOut(), bind(LIST, filter, most).query().listOfRows());
        return 0;
    }

    @Command(
            description = "Runs dead letters again: attempts begin anew, the history stays.",
            mixinStandardHelpOptions = true)
    int requeue(
            @Mixin Filter filter,
            @Option(names = "--all", description = "All dead letters, with no filter.") boolean all,
            @Option(names = "--dry-run", description = "Only counts.") boolean dryRun,
            @Parameters(paramLabel = "ID", arity = "0..*", description = "Single dead letters, in place of a filter.")
                    @Nullable
                    List<UUID> ids) {
        return act("requeued", REQUEUE, filter, all, dryRun, ids);
    }

    @Command(
            description = "Ends dead letters; they are pruned like other deleted jobs.",
            mixinStandardHelpOptions = true)
    int discard(
            @Mixin Filter filter,
            @Option(names = "--all", description = "All dead letters, with no filter.") boolean all,
            @Option(names = "--dry-run", description = "Only counts.") boolean dryRun,
            @Parameters(paramLabel = "ID", arity = "0..*", description = "Single dead letters, in place of a filter.")
                    @Nullable
                    List<UUID> ids) {
        return act("discarded", DISCARD, filter, all, dryRun, ids);
    }

    private int act(
            String done, String statement, Filter filter, boolean all, boolean dryRun, @Nullable List<UUID> ids) {
        boolean single = ids != null && !ids.isEmpty();
        if (Stream.of(single, all, !filter.isEmpty()).filter(given -> given).count() != 1) {
            throw new ParameterException(
                    spec.commandLine(), "Say which dead letters: their ids, or a filter, or --all. See --help");
        }
        var meant = meant(filter, single ? ids : null);
        long count = dryRun
                ? meant.size()
                : jdbc.sql(statement)
                        .param("ids", meant.stream().map(UUID::toString).toArray(String[]::new))
                        .query(Long.class)
                        .single();
        spec.commandLine()
                .getOut()
                .println(
                        count + (count == 1 ? " dead letter" : " dead letters") + (dryRun ? " would be " : " ") + done);
        return count == 0 && single ? 1 : 0;
    }

    private List<UUID> meant(Filter filter, @Nullable List<UUID> ids) {
        var dead = bind("SELECT * FROM " + MEANT, filter, Long.MAX_VALUE)
                .query(UUID.class)
                .list();
        if (ids == null) {
            return dead;
        }
        ids.stream().filter(id -> !dead.contains(id)).findFirst().ifPresent(id -> {
            throw new ParameterException(spec.commandLine(), "Job " + id + " is no dead letter; see dead-letter list");
        });
        return ids;
    }

    private JdbcClient.StatementSpec bind(String statement, Filter filter, long most) {
        return jdbc.sql(statement)
                .param("kind", filter.kind)
                .param("queue", filter.queue)
                .param("tenant", filter.tenant)
                .param("since", filter.since)
                .param("until", filter.until)
                .param("error", filter.error)
                .param("most", most);
    }
}
