package dev.rowrunner.usage;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Usage metering from the command line. */
@Command(
        name = "usage",
        description = "Meters usage: counts, aggregates, and tells how far a day has come.",
        mixinStandardHelpOptions = true,
        subcommands = {UsageCommand.Aggregate.class, UsageCommand.Status.class, UsageCommand.Count.class})
class UsageCommand {

    /** Aggregates here and now, rather than in a worker. */
    @Component
    @Scope("prototype")
    @Command(
            name = "aggregate",
            description = "Brings the usage of a day (yesterday unless named) or a range of days to PostgreSQL.",
            mixinStandardHelpOptions = true)
    static class Aggregate implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Option(names = "--date", paramLabel = "DATE", description = "The UTC day, like 2025-11-01")
        @Nullable
        LocalDate date;

        @Option(names = "--from", paramLabel = "DATE", description = "First day of a range")
        @Nullable
        LocalDate from;

        @Option(names = "--to", paramLabel = "DATE", description = "Last day of a range, included")
        @Nullable
        LocalDate to;

        @Option(names = "--merchant", paramLabel = "ID", description = "Only this merchant's usage")
        @Nullable
        String merchant;

        @Option(names = "--json", description = "Print the result as JSON")
        boolean json;

        private final Aggregation aggregation;
        private final UsageStatus status;
        private final Clock clock;
        private final JsonMapper mapper;

        Aggregate(Aggregation aggregation, UsageStatus status, Clock clock, JsonMapper mapper) {
            this.aggregation = aggregation;
            this.status = status;
            this.clock = clock;
            this.mapper = mapper;
        }

        record DayResult(LocalDate date, long keysSeen, long rowsChanged, long errors) {}

        @Override
        public Integer call() {
            var days = days();
            checkMerchant(days);
            var results = days.stream().map(this::aggregate).toList();
            if (json) {
                out().println(mapper.writeValueAsString(results));
            }
            return 0;
        }

        private List<LocalDate> days() {
            if (date != null && (from != null || to != null)) {
                throw new ParameterException(spec.commandLine(), "--date and --from/--to exclude each other");
            }
            if ((from == null) != (to == null)) {
                throw new ParameterException(spec.commandLine(), "--from and --to need each other");
            }
            if (from == null || to == null) {
                return List.of(date == null ? yesterday() : date);
            }
            if (to.isBefore(from)) {
                throw new ParameterException(spec.commandLine(), "--to " + to + " is before --from " + from);
            }
            return from.datesUntil(to.plusDays(1)).toList();
        }

        private void checkMerchant(List<LocalDate> days) {
            if (merchant == null) {
                return;
            }
            Increment.checkMerchant("--merchant", merchant);
            if (days.stream().allMatch(day -> status.countKeys(RunScope.day(day, merchant)) == 0)) {
                throw new InvalidUsage(
                        "--merchant",
                        "Merchant " + merchant + " has no usage keys in Redis for "
                                + (days.size() == 1 ? days.get(0) : days.get(0) + " to " + days.get(days.size() - 1))
                                + "; nothing was written");
            }
        }

        private DayResult aggregate(LocalDate day) {
            var bar = new ProgressBar(day.toString());
            var result = aggregation.run(RunScope.day(day, merchant), null, bar);
            bar.close();
            if (!json) {
                out().printf(
                                "%s  %,d keys, %,d changed, %,d errors%n",
                                day, result.keysSeen(), result.rowsChanged(), result.errors());
            }
            return new DayResult(day, result.keysSeen(), result.rowsChanged(), result.errors());
        }

        private LocalDate yesterday() {
            return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(1);
        }

        private PrintWriter out() {
            return spec.commandLine().getOut();
        }
    }

    /** Tells how far a day has come. */
    @Component
    @Scope("prototype")
    @Command(
            name = "status",
            description = "Tells what Redis and PostgreSQL hold of a day's usage.",
            mixinStandardHelpOptions = true)
    static class Status implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "DATE", description = "The UTC day, like 2025-11-01")
        LocalDate date;

        @Option(names = "--json", description = "Print as JSON")
        boolean json;

        private final UsageStatus status;
        private final JsonMapper mapper;

        Status(UsageStatus status, JsonMapper mapper) {
            this.status = status;
            this.mapper = mapper;
        }

        @Override
        public Integer call() {
            var day = status.of(date);
            var out = spec.commandLine().getOut();
            if (json) {
                out.println(mapper.writeValueAsString(day));
            } else {
                print(day, out);
            }
            return 0;
        }

        private static void print(UsageStatus.Day day, PrintWriter out) {
            out.printf("Usage of %s%n", day.date());
            out.printf("  in Redis       %,d keys, %,d of them dirty%n", day.keysInRedis(), day.dirtyKeys());
            out.printf(
                    "  in PostgreSQL  %,d metrics, %,d in all%n", day.totals().size(), day.total());
            day.totals()
                    .forEach(total -> out.printf(
                            "    %-30s %,20d of %,d merchants%n", total.metric(), total.value(), total.merchants()));
            out.printf("  bad keys       %,d%n", day.badKeys());
            out.printf("  last run       %s%n", describe(day.lastRun()));
        }

        private static String describe(AggregationRuns.@Nullable LastRun run) {
            if (run == null) {
                return "none";
            }
            var outcome = run.failure() != null
                    ? "failed: " + run.failure()
                    : run.finishedAt() == null ? "not finished" : run.rowsChanged() + " changed";
            return run.startedAt() + ", " + outcome + ", " + run.errors() + " errors";
        }
    }

    /** Counts one increment. */
    @Component
    @Scope("prototype")
    @Command(name = "increment", description = "Counts usage of a merchant.", mixinStandardHelpOptions = true)
    static class Count implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Parameters(index = "0", paramLabel = "MERCHANT")
        String merchant;

        @Parameters(index = "1", paramLabel = "METRIC")
        String metric;

        @Option(names = "--by", defaultValue = "1", description = "How much (default ${DEFAULT-VALUE})")
        long by;

        @Option(names = "--event-id", paramLabel = "ID", description = "Counts once within 35 days")
        @Nullable
        String eventId;

        @Option(names = "--at", paramLabel = "INSTANT", description = "When it was used, like 2025-11-01T07:00:00Z")
        @Nullable
        Instant at;

        @Option(names = "--json", description = "Print the outcome as JSON")
        boolean json;

        private final UsageCounters counters;
        private final JsonMapper mapper;

        Count(UsageCounters counters, JsonMapper mapper) {
            this.counters = counters;
            this.mapper = mapper;
        }

        @Override
        public Integer call() {
            var outcome = counters.increment(merchant, metric, by, eventId, at);
            if (outcome instanceof UsageCounters.Refused refused) {
                throw new InvalidUsage("metric", refused.reason());
            }
            boolean counted = outcome instanceof UsageCounters.Counted;
            var answer = new LinkedHashMap<String, Object>();
            answer.put("counted", counted);
            spec.commandLine()
                    .getOut()
                    .println(json ? mapper.writeValueAsString(answer) : counted ? "counted" : "duplicate");
            return 0;
        }
    }
}
