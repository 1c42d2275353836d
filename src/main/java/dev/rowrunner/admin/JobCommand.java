package dev.rowrunner.admin;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at jobs, enqueues one, cancels and requeues them. */
@Component
@Command(
        name = "job",
        description = "Lists, shows, enqueues, cancels and requeues jobs.",
        mixinStandardHelpOptions = true)
class JobCommand implements Callable<Integer> {

    private static final List<String> STATES =
            List.of("scheduled", "enqueued", "processing", "succeeded", "failed", "deleted");

    private static final String LIST = """
            SELECT id, kind, state, queue, tenant, attempt, coalesce(run_at, created_at)::timestamptz(0) AS due, worker, last_error
            FROM jobs
            WHERE (:state::text IS NULL OR state = :state) AND (:kind::text IS NULL OR kind = :kind)
              AND (:queue::text IS NULL OR queue = :queue)
            ORDER BY updated_at DESC LIMIT :most
            """;

    private static final String SHOW = "SELECT * FROM jobs WHERE id = :id";

    private static final String ENQUEUE = """
            SELECT rowrunner.enqueue(:kind, :args::jsonb, :queue, :at::timestamptz, :uniqueKey, :tenant, :priority)
            """;

    private static final String REQUEUE = "SELECT * FROM rowrunner.requeue(:ids::uuid[])";

    private static final String CANCEL = "SELECT * FROM rowrunner.discard(:ids::uuid[], :reason)";

    @Spec
    CommandSpec spec;

    private final JdbcClient jdbc;

    JobCommand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return spec.exitCodeOnInvalidInput();
    }

    @Command(description = "Lists jobs, those that changed last first.", mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--state", description = "scheduled, enqueued, processing, succeeded, failed or deleted.")
                    @Nullable
                    String state,
            @Option(names = "--kind") @Nullable String kind,
            @Option(names = "--queue") @Nullable String queue,
            @Option(names = "--limit", defaultValue = "50", description = "So many at most (${DEFAULT-VALUE}).")
                    long most) {
        checkState(state);
        Table.print(
                spec.commandLine().getOut(),
                jdbc.sql(LIST)
                        .param("state", state)
                        .param("kind", kind)
                        .param("queue", queue)
                        .param("most", most)
                        .query()
                        .listOfRows());
        return 0;
    }

    private void checkState(@Nullable String state) {
        if (state != null && !STATES.contains(state)) {
            throw new ParameterException(
                    spec.commandLine(), "'" + state + "' is no state of a job; there are " + String.join(", ", STATES));
        }
    }

    @Command(description = "Shows all that is stored of a job.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "ID") UUID id) {
        var out = spec.commandLine().getOut();
        var job = jdbc.sql(SHOW).param("id", id).query().listOfRows();
        if (job.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "No job has the id " + id);
        }
        job.get(0).forEach((name, value) -> out.printf("%-16s %s%n", name, Table.line(value)));
        out.flush();
        return 0;
    }

    @Command(description = "Enqueues a job and prints its id.", mixinStandardHelpOptions = true)
    int enqueue(
            @Parameters(paramLabel = "KIND") String kind,
            @Parameters(paramLabel = "ARGS", arity = "0..1", defaultValue = "{}", description = "A JSON object.")
                    String args,
            @Option(names = "--queue") @Nullable String queue,
            @Option(names = "--at", description = "Not before: 2025-11-01T07:30Z.") @Nullable String at,
            @Option(names = "--unique-key", description = "The same as an unfinished job with this key.") @Nullable
                    String uniqueKey,
            @Option(names = "--tenant") @Nullable String tenant,
            @Option(names = "--priority", description = "-100 to 100.") @Nullable Integer priority) {
        var id = jdbc.sql(ENQUEUE)
                .param("kind", kind)
                .param("args", args)
                .param("queue", queue)
                .param("at", at)
                .param("uniqueKey", uniqueKey)
                .param("tenant", tenant)
                .param("priority", priority)
                .query(UUID.class)
                .single();
        spec.commandLine().getOut().println(id);
        return 0;
    }

    @Command(description = "Ends waiting jobs and stops running ones.", mixinStandardHelpOptions = true)
    int cancel(
            @Parameters(paramLabel = "ID", arity = "1..*") List<UUID> ids,
            @Option(names = "--reason", defaultValue = "Cancelled by an operator") String reason) {
        var outcomes = jdbc.sql(CANCEL)
                .param("ids", texts(ids))
                .param("reason", reason)
                .query()
                .listOfRows();
        Table.print(spec.commandLine().getOut(), outcomes);
        return outcomes.size() == ids.size() ? 0 : missing(ids.size() - outcomes.size());
    }

    @Command(
            description = "Runs jobs again that have ended, or now that wait for later. Attempts begin anew.",
            mixinStandardHelpOptions = true)
    int requeue(@Parameters(paramLabel = "ID", arity = "1..*") List<UUID> ids) {
        var requeued =
                jdbc.sql(REQUEUE).param("ids", texts(ids)).query(UUID.class).list();
        spec.commandLine().getOut().println(requeued.size() + " of " + ids.size() + " requeued");
        return requeued.size() == ids.size() ? 0 : 1;
    }

    private int missing(int jobs) {
        spec.commandLine().getErr().println(jobs + " of these ids are no jobs");
        return 1;
    }

    private static String[] texts(List<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }
}
