package dev.rowrunner.admin;

import dev.rowrunner.admin.DeadLetters.DeadLetter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

        DeadLetters.Filter filter() {
            return new DeadLetters.Filter(
                    kind, queue, tenant, WrittenTime.read("--since", since), WrittenTime.read("--until", until), error);
        }
    }

    @Spec
    CommandSpec spec;

    private final DeadLetters letters;

    DeadLetterCommand(DeadLetters letters) {
        this.letters = letters;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return spec.exitCodeOnInvalidInput();
    }

    @Command(description = "Lists dead letters, the newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Filter filter,
            @Option(names = "--limit", defaultValue = "100", description = "So many at most (${DEFAULT-VALUE}).")
                    int most) {
        var found = letters.list(filter.filter(), 0, most);
        Table.print(
                spec.commandLine().getOut(),
                found.stream().map(DeadLetterCommand::row).toList());
        return 0;
    }

    private static Map<String, @Nullable Object> row(DeadLetter letter) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("died_at", letter.diedAt());
        row.put("id", letter.id());
        row.put("kind", letter.kind());
        row.put("queue", letter.queue());
        row.put("tenant", letter.tenant());
        row.put("attempts", letter.attempts());
        row.put("reason", letter.reason());
        row.put("last_error", letter.lastError());
        return row;
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
        return act("requeued", letters::requeue, filter, all, dryRun, ids);
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
        return act("discarded", dead -> letters.discard(dead, DeadLetters.REASON), filter, all, dryRun, ids);
    }

    private int act(
            String done,
            ToIntFunction<List<UUID>> act,
            Filter options,
            boolean all,
            boolean dryRun,
            @Nullable List<UUID> ids) {
        var named = ids == null ? List.<UUID>of() : ids;
        boolean single = !named.isEmpty();
        var filter = options.filter();
        if (Stream.of(single, all, !filter.isEmpty()).filter(given -> given).count() != 1) {
            throw new ParameterException(
                    spec.commandLine(), "Say which dead letters: their ids, or a filter, or --all. See --help");
        }
        var meant = single ? checked(named) : letters.ids(filter);
        int count = dryRun ? meant.size() : act.applyAsInt(meant);
        spec.commandLine()
                .getOut()
                .println(
                        count + (count == 1 ? " dead letter" : " dead letters") + (dryRun ? " would be " : " ") + done);
        return count == 0 && single ? 1 : 0;
    }

    private List<UUID> checked(List<UUID> ids) {
        var dead = letters.dead(ids);
        ids.stream().filter(id -> !dead.contains(id)).findFirst().ifPresent(id -> {
            throw new ParameterException(spec.commandLine(), "Job " + id + " is no dead letter; see dead-letter list");
        });
        return ids;
    }
}
