package dev.rowrunner.admin;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.ScheduleEdit;
import dev.rowrunner.runner.Schedules;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Looks at schedules, changes and runs them; workers see a change at once. */
@Component
@Command(
        name = "schedule",
        description = "Lists, previews, makes, changes, pauses and triggers schedules.",
        mixinStandardHelpOptions = true)
class ScheduleCommand implements Callable<Integer> {

    private static final int MOST_LISTED = 10_000;

    @Spec
    CommandSpec spec;

    private final Schedules schedules;
    private final JsonMapper json;

    ScheduleCommand(Schedules schedules, JsonMapper json) {
        this.schedules = schedules;
        this.json = json;
    }

    @Override
    public Integer call() {
        return list();
    }

    @Command(
            description = "Lists the schedules: when they are due, and what became of the last time.",
            mixinStandardHelpOptions = true)
    int list() {
        return print(schedules.list(MOST_LISTED, 0).stream()
                .map(ScheduleCommand::row)
                .toList());
    }

    private static Map<String, @Nullable Object> row(Schedules.Entry entry) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("id", entry.id());
        row.put("kind", entry.kind());
        row.put("timing", entry.cron() == null ? "every " + text(entry.every()) : entry.cron());
        row.put("zone", entry.zone());
        row.put("state", state(entry));
        row.put("next_due", entry.nextDue());
        row.put("last_due", entry.last() == null ? null : entry.last().dueAt());
        row.put("last_decision", entry.last() == null ? null : entry.last().decision());
        return row;
    }

    private static String state(Schedules.Entry entry) {
        if (entry.error() != null) {
            return "error";
        }
        return entry.enabled() ? "on" : "paused";
    }

    private static String text(@Nullable Duration duration) {
        return duration == null ? "-" : DurationStyle.SIMPLE.print(duration, unit(duration));
    }

    private static java.time.temporal.ChronoUnit unit(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() % 60 == 0
                        ? java.time.temporal.ChronoUnit.MINUTES
                        : java.time.temporal.ChronoUnit.SECONDS
                : java.time.temporal.ChronoUnit.MILLIS;
    }

    @Command(description = "Shows all that is stored of a schedule.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "ID") String id) {
        var entry = checked(() ->
                schedules.find(id).orElseThrow(() -> new NoSuchElementException("There is no schedule '" + id + "'")));
        var out = spec.commandLine().getOut();
        var shown = new LinkedHashMap<>(row(entry));
        shown.put("args", json.writeValueAsString(entry.args()));
        shown.put("misfire", entry.misfire().equals("all") ? "all, up to " + entry.misfireCap() : entry.misfire());
        shown.put("grace", text(entry.grace()));
        shown.put("overlap", entry.overlap());
        shown.put("declared", entry.declared() == null ? "by an operator" : json.writeValueAsString(entry.declared()));
        shown.put("edited", String.join(", ", entry.edited()));
        shown.put("error", entry.error());
        shown.put("last_note", entry.last() == null ? null : entry.last().note());
        shown.put("changed_at", entry.changedAt());
        shown.forEach((name, value) -> out.printf("%-16s %s%n", name, Table.line(value)));
        out.flush();
        return 0;
    }

    @Command(description = "Prints when a schedule is due next.", mixinStandardHelpOptions = true)
    int next(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--count", defaultValue = "10", description = "So many (${DEFAULT-VALUE}).") int count) {
        return printTimes(checked(() -> schedules.next(id, count)));
    }

    @Command(description = "Prints when a schedule with this timing would be due.", mixinStandardHelpOptions = true)
    int preview(
            @Option(names = "--cron", description = "Five fields, minute first, or six, second first.") @Nullable
                    String cron,
            @Option(names = "--every", description = "5s to 366d.") @Nullable String every,
            @Option(names = "--zone", description = "Such as Europe/Istanbul; UTC unless said.") @Nullable String zone,
            @Option(names = "--count", defaultValue = "10", description = "So many (${DEFAULT-VALUE}).") int count) {
        var timing = ScheduleController.timing(cron, duration("--every", every), zone);
        return printTimes(checked(() -> schedules.preview(timing, count)));
    }

    private int printTimes(List<Schedules.Due> times) {
        return print(times.stream().map(ScheduleCommand::row).toList());
    }

    private static Map<String, @Nullable Object> row(Schedules.Due due) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("due", due.at());
        row.put("local", due.local());
        row.put("note", due.note() == null ? "" : due.note());
        return row;
    }

    @Command(
            description = "Lists what became of the last times that a schedule was due.",
            mixinStandardHelpOptions = true)
    int runs(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--limit", defaultValue = "50", description = "So many at most (${DEFAULT-VALUE}).")
                    int most) {
        return print(
                schedules.runs(id, most, 0).stream().map(ScheduleCommand::row).toList());
    }

    private static Map<String, @Nullable Object> row(Schedules.Run run) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("due", run.dueAt());
        row.put("decision", run.decision());
        row.put("decided", run.decidedAt());
        row.put("job", run.jobId());
        row.put("note", run.note() == null ? "" : run.note());
        return row;
    }

    @Command(description = "Makes no more jobs until it is resumed.", mixinStandardHelpOptions = true)
    int pause(@Parameters(paramLabel = "ID") String id) {
        checked(() -> schedules.pause(id));
        return say("Schedule '" + id + "' is paused.");
    }

    @Command(description = "Makes a paused schedule's jobs again.", mixinStandardHelpOptions = true)
    int resume(@Parameters(paramLabel = "ID") String id) {
        checked(() -> schedules.resume(id));
        return say("Schedule '" + id + "' is on.");
    }

    @Command(
            description = "Runs a schedule now, paused or not, and prints the job's id.",
            mixinStandardHelpOptions = true)
    int trigger(@Parameters(paramLabel = "ID") String id) {
        return say(checked(() -> schedules.trigger(id)).toString());
    }

    @Command(description = "Forgets what operators changed of a declared schedule.", mixinStandardHelpOptions = true)
    int reset(@Parameters(paramLabel = "ID") String id) {
        checked(() -> schedules.reset(id));
        return say("Schedule '" + id + "' is as declared.");
    }

    @Command(description = "Removes a schedule; a declared one does not come back.", mixinStandardHelpOptions = true)
    int remove(@Parameters(paramLabel = "ID") String id) {
        checked(() -> {
            schedules.remove(id);
            return id;
        });
        return say("Schedule '" + id + "' is removed.");
    }

    @Command(description = "Makes or changes a schedule; what is not named stays.", mixinStandardHelpOptions = true)
    int set(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--kind") @Nullable String kind,
            @Option(names = "--args", description = "A JSON object.") @Nullable String args,
            @Option(names = "--cron", description = "Five fields, minute first, or six, second first.") @Nullable
                    String cron,
            @Option(names = "--every", description = "5s to 366d.") @Nullable String every,
            @Option(names = "--zone", description = "Such as Europe/Istanbul.") @Nullable String zone,
            @Option(names = "--misfire", description = "skip, coalesce or all.") @Nullable String misfire,
            @Option(names = "--misfire-cap", description = "1 to 1000.") @Nullable Integer misfireCap,
            @Option(names = "--grace", description = "0s to 31d.") @Nullable String grace,
            @Option(names = "--overlap", description = "skip or allow.") @Nullable String overlap) {
        var edit = new ScheduleEdit(
                kind,
                object(args),
                cron,
                duration("--every", every),
                zone,
                null,
                misfire,
                misfireCap,
                duration("--grace", grace),
                overlap);
        checked(() -> schedules.put(id, edit));
        return say("Schedule '" + id + "' is set.");
    }

    private @Nullable Map<String, @Nullable Object> object(@Nullable String args) {
        try {
            return args == null ? null : json.readValue(args, new TypeReference<>() {});
        } catch (JacksonException e) {
            throw new ParameterException(spec.commandLine(), "--args is a JSON object; was '" + args + "'");
        }
    }

    private @Nullable Duration duration(String option, @Nullable String text) {
        try {
            return text == null ? null : DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), option + " is a duration such as 90s, 15m or PT1H30M; was '" + text + "'");
        }
    }

    private <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidSchedule | NoSuchElementException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private int print(List<Map<String, @Nullable Object>> rows) {
        Table.print(spec.commandLine().getOut(), rows);
        return 0;
    }

    private int say(String line) {
        spec.commandLine().getOut().println(line);
        return 0;
    }
}
