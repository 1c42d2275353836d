package dev.rowrunner.admin;

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

/** Looks at queues and changes them; workers see a change at once. */
@Component
@Command(
        name = "queue",
        description = "Lists, makes, pauses, resumes and limits queues.",
        mixinStandardHelpOptions = true)
class QueueCommand implements Callable<Integer> {

    private static final String LIST = """
            SELECT name, priority, CASE WHEN paused THEN 'paused' ELSE 'open' END AS state, workers, enqueued, scheduled,
                   running, dead_letters, coalesce(concurrency::text, '-') AS limit,
                   coalesce(rate_jobs || ' per ' || rate_interval, '-') AS rate
            FROM queues ORDER BY priority DESC, name
            """;

    private static final String LIMIT = """
            UPDATE rowrunner.queue
            SET concurrency = CASE WHEN :setConcurrency THEN :concurrency ELSE concurrency END,
                rate_jobs = CASE WHEN :setRate THEN :rateJobs ELSE rate_jobs END,
                rate_interval = CASE WHEN :setRate THEN :rateInterval::interval ELSE rate_interval END,
                priority = coalesce(:priority, priority)
            WHERE name = :name
            """;

    @Spec
    CommandSpec spec;

    private final JdbcClient jdbc;

    QueueCommand(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Integer call() {
        return list();
    }

    @Command(description = "Lists the queues: who listens, what waits, what runs.", mixinStandardHelpOptions = true)
    int list() {
        Table.print(spec.commandLine().getOut(), jdbc.sql(LIST).query().listOfRows());
        return 0;
    }

    @Command(description = "Makes a queue.", mixinStandardHelpOptions = true)
    int create(@Parameters(paramLabel = "NAME") String name) {
        if (!name.matches("[a-z][a-z0-9_-]{0,62}")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "A queue is named by 1 to 63 lower-case letters, digits, hyphens or underscores, a letter first; was '"
                            + name + "'");
        }
        int made = jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES (:name) ON CONFLICT DO NOTHING")
                .param("name", name)
                .update();
        return say("Queue '" + name + (made == 1 ? "' is made." : "' exists already."));
    }

    @Command(description = "Starts no more jobs of a queue; running ones go on.", mixinStandardHelpOptions = true)
    int pause(@Parameters(paramLabel = "NAME") String name) {
        return setPaused(name, true);
    }

    @Command(description = "Starts a paused queue's jobs again.", mixinStandardHelpOptions = true)
    int resume(@Parameters(paramLabel = "NAME") String name) {
        return setPaused(name, false);
    }

    private int setPaused(String name, boolean paused) {
        check(
                name,
                jdbc.sql("UPDATE rowrunner.queue SET paused = :paused WHERE name = :name")
                        .param("paused", paused)
                        .param("name", name)
                        .update());
        return say("Queue '" + name + "' is " + (paused ? "paused." : "open."));
    }

    @Command(
            name = "set",
            description = "Sets a queue's limits and priority; what is not named stays.",
            mixinStandardHelpOptions = true)
    int set(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--concurrency",
                            paramLabel = "N|none",
                            description = "Jobs running at once, in the whole cluster.")
                    @Nullable
                    String concurrency,
            @Option(
                            names = "--rate",
                            paramLabel = "N/INTERVAL|none",
                            description = "Jobs started in an interval: 100/1min.")
                    @Nullable
                    String rate,
            @Option(names = "--priority", paramLabel = "N", description = "-100 to 100; ten minutes of age a step.")
                    @Nullable
                    Integer priority) {
        var rateInterval = interval(rate);
        check(
                name,
                jdbc.sql(LIMIT)
                        .param("name", name)
                        .param("setConcurrency", concurrency != null)
                        .param("concurrency", number("--concurrency", concurrency))
                        .param("setRate", rate != null)
                        .param("rateJobs", rate == null ? null : number("--rate", rate.replaceFirst("/.*", "")))
                        .param("rateInterval", rateInterval)
                        .param("priority", priority)
                        .update());
        return say("Queue '" + name + "' is set.");
    }

    private @Nullable Integer number(String option, @Nullable String text) {
        if (text == null || text.equals("none")) {
            return null;
        }
        if (!text.matches("\\d{1,5}")) {
            throw new ParameterException(
                    spec.commandLine(), option + " is a number up to 99999 or none; was '" + text + "'");
        }
        return Integer.valueOf(text);
    }

    private @Nullable String interval(@Nullable String rate) {
        if (rate == null || rate.equals("none")) {
            return null;
        }
        if (!rate.matches("\\d+/\\d+ ?(s|sec|min|h|hour|hours|d|day|days)")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate is a number and an interval like 100/1min, or none; was '" + rate + "'");
        }
        return rate.replaceFirst(".*/", "");
    }

    private void check(String name, int changed) {
        if (changed == 0) {
            var known = jdbc.sql("SELECT name FROM rowrunner.queue ORDER BY name")
                    .query(String.class)
                    .list();
            throw new ParameterException(
                    spec.commandLine(), "Queue '" + name + "' does not exist; there are " + String.join(", ", known));
        }
    }

    private int say(String line) {
        spec.commandLine().getOut().println(line);
        return 0;
    }
}
