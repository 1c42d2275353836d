package dev.rowrunner.admin;

import dev.rowrunner.admin.QueueChange.RateRequest;
import dev.rowrunner.admin.QueueRecords.Queue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

    private static final Pattern RATE = Pattern.compile("(\\d{1,7})/(\\d{1,6}) ?(s|min|h|d)(ec|our|ours|ay|ays)?");

    @Spec
    CommandSpec spec;

    private final QueueRecords queues;

    QueueCommand(QueueRecords queues) {
        this.queues = queues;
    }

    @Override
    public Integer call() {
        return list();
    }

    @Command(description = "Lists the queues: who listens, what waits, what runs.", mixinStandardHelpOptions = true)
    int list() {
        Table.print(
                spec.commandLine().getOut(),
                queues.list(0, Integer.MAX_VALUE).stream()
                        .map(QueueCommand::row)
                        .toList());
        return 0;
    }

    private static Map<String, @Nullable Object> row(Queue queue) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("name", queue.name());
        row.put("priority", queue.priority());
        row.put("state", queue.paused() ? "paused" : "open");
        row.put("workers", queue.workers().size());
        row.put("enqueued", queue.depth());
        row.put("oldest", queue.oldestAgeSeconds() == null ? null : Duration.ofSeconds(queue.oldestAgeSeconds()));
        row.put("scheduled", queue.scheduled());
        row.put("running", queue.running());
        row.put("dead_letters", queue.deadLetters());
        row.put("limit", queue.concurrency());
        row.put(
                "rate",
                queue.rate() == null
                        ? null
                        : queue.rate().jobs() + " per " + queue.rate().per());
        return row;
    }

    @Command(description = "Makes a queue.", mixinStandardHelpOptions = true)
    int create(@Parameters(paramLabel = "NAME") String name) {
        if (!name.matches(QueueRecords.NAME)) {
            throw refused("The name of a queue " + QueueRecords.NAME_RULE + "; was '" + name + "'");
        }
        return say("Queue '" + name + (queues.make(name) ? "' is made." : "' exists already."));
    }

    @Command(description = "Starts no more jobs of a queue; running ones go on.", mixinStandardHelpOptions = true)
    int pause(@Parameters(paramLabel = "NAME") String name) {
        queues.pause(name, true);
        return say("Queue '" + name + "' is paused.");
    }

    @Command(description = "Starts a paused queue's jobs again.", mixinStandardHelpOptions = true)
    int resume(@Parameters(paramLabel = "NAME") String name) {
        queues.pause(name, false);
        return say("Queue '" + name + "' is open.");
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
        var change = new QueueChange();
        if (concurrency != null) {
            change.concurrency(concurrency(concurrency));
        }
        if (rate != null) {
            change.rate(rate(rate));
        }
        if (priority != null) {
            change.priority(priority(priority));
        }
        queues.change(name, change);
        return say("Queue '" + name + "' is set.");
    }

    private @Nullable Integer concurrency(String text) {
        if (text.equals("none")) {
            return null;
        }
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > QueueChange.MOST_CONCURRENCY) {
            throw refused("--concurrency is a number from 0 to " + QueueChange.MOST_CONCURRENCY + " or none; was '"
                    + text + "'");
        }
        return Integer.valueOf(text);
    }

    private @Nullable RateRequest rate(String text) {
        if (text.equals("none")) {
            return null;
        }
        var rate = RATE.matcher(text);
        if (!rate.matches() || Integer.parseInt(rate.group(1)) == 0 || Integer.parseInt(rate.group(2)) == 0) {
            throw refused("--rate is a number and an interval like 100/1min, or none; was '" + text + "'");
        }
        var unit = switch (Objects.requireNonNull(rate.group(3))) {
            case "s" -> Duration.ofSeconds(1);
            case "min" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
        return new RateRequest(Integer.valueOf(rate.group(1)), unit.multipliedBy(Integer.parseInt(rate.group(2))));
    }

    private int priority(int steps) {
        if (Math.abs(steps) > 100) {
            throw refused("--priority is from -100 to 100; was " + steps);
        }
        return steps;
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int say(String line) {
        spec.commandLine().getOut().println(line);
        return 0;
    }
}
