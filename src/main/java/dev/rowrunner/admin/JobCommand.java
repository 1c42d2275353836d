package dev.rowrunner.admin;

import dev.rowrunner.admin.JobRecords.Filter;
import dev.rowrunner.admin.JobRecords.NewJob;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at jobs, enqueues one, cancels and requeues them, and says why one does not run. */
@Component
@Command(
        name = "job",
        description = "Lists, shows, enqueues, cancels and requeues jobs, and says why one does not run.",
        mixinStandardHelpOptions = true)
class JobCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    private final JobRecords jobs;
    private final Names names;

    JobCommand(JobRecords jobs, Names names) {
        this.jobs = jobs;
        this.names = names;
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
            @Option(names = "--tenant") @Nullable String tenant,
            @Option(names = "--limit", defaultValue = "50", description = "So many at most (${DEFAULT-VALUE}).")
                    int most) {
        names.checkState(state);
        names.checkKind(kind);
        names.checkQueue(queue);
        var found = jobs.list(new Filter(state, kind, queue, tenant), 0, most);
        Table.print(
                spec.commandLine().getOut(), found.stream().map(JobCommand::row).toList());
        return 0;
    }

    private static Map<String, @Nullable Object> row(JobLine job) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("id", job.id());
        row.put("kind", job.kind());
        row.put("state", job.state());
        row.put("queue", job.queue());
        row.put("tenant", job.tenant());
        row.put("attempt", job.attempt());
        row.put("due", Optional.ofNullable(job.runAt()).orElse(job.createdAt()));
        row.put("worker", job.worker());
        row.put("last_error", job.lastError());
        return row;
    }

    @Command(description = "Shows all that is stored of a job, and its attempts.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "ID") UUID id) {
        var out = spec.commandLine().getOut();
        var story = jobs.find(id, null).orElseThrow(() -> JobTenants.noJob(id));
        story.job().facts().forEach((name, value) -> out.printf("%-16s %s%n", name, Table.line(value)));
        out.printf("%-16s %s%n%n", "args", Table.line(story.args()));
        Table.print(out, story.attempts().stream().map(JobCommand::row).toList());
        return 0;
    }

    private static Map<String, @Nullable Object> row(JobStory.Attempt attempt) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        var progress = attempt.progress();
        row.put("attempt", attempt.number());
        row.put("worker", attempt.worker());
        row.put("started", attempt.startedAt());
        row.put("took", attempt.endedAt() == null ? null : Duration.between(attempt.startedAt(), attempt.endedAt()));
        row.put("outcome", attempt.outcome());
        row.put("progress", progress == null ? null : progress.done() + " of " + progress.total());
        row.put("error", Optional.ofNullable(attempt.error()).orElse(attempt.message()));
        return row;
    }

    @Command(description = "Says in one sentence why a job is not running.", mixinStandardHelpOptions = true)
    int why(@Parameters(paramLabel = "ID") UUID id) {
        var why = jobs.why(id, null).orElseThrow(() -> JobTenants.noJob(id));
        spec.commandLine().getOut().println(why.code() + ": " + why.sentence());
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
            @Option(names = "--priority", description = "-100 to 100.") @Nullable Integer priority,
            @Option(names = "--concurrency-key", description = "Jobs of one key take turns.") @Nullable
                    String concurrencyKey) {
        names.checkKind(kind);
        names.checkQueue(queue);
        var runAt = WrittenTime.read("--at", at);
        var enqueued = jobs.enqueue(new NewJob(kind, args, queue, runAt, uniqueKey, tenant, priority, concurrencyKey));
        spec.commandLine().getOut().println(enqueued.id());
        return 0;
    }

    @Command(description = "Ends waiting jobs and stops running ones.", mixinStandardHelpOptions = true)
    int cancel(
            @Parameters(paramLabel = "ID", arity = "1..*") List<UUID> ids,
            @Option(names = "--reason", defaultValue = "Cancelled by an operator") String reason) {
        var outcomes = jobs.discard(ids, reason);
        Table.print(
                spec.commandLine().getOut(),
                outcomes.stream()
                        .<Map<String, @Nullable Object>>map(job -> Map.of("id", job.id(), "outcome", job.outcome()))
                        .toList());
        return outcomes.size() == ids.size() ? 0 : missing(ids.size() - outcomes.size());
    }

    @Command(
            description = "Runs jobs again that have ended, or now that wait for later. Attempts begin anew.",
            mixinStandardHelpOptions = true)
    int requeue(@Parameters(paramLabel = "ID", arity = "1..*") List<UUID> ids) {
        var requeued = jobs.requeue(ids);
        spec.commandLine().getOut().println(requeued.size() + " of " + ids.size() + " requeued");
        return requeued.size() == ids.size() ? 0 : 1;
    }

    private int missing(int jobs) {
        spec.commandLine().getErr().println(jobs + " of these ids are no jobs");
        return 1;
    }
}
