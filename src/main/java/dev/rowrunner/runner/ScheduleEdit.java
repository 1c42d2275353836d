package dev.rowrunner.runner;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of a schedule, in the words of configuration, HTTP and the command line. What is null stays as it
 * is; a new schedule gets the defaults of {@link Recurring}.
 *
 * @param kind a known kind; a new schedule needs one
 * @param args all args of every run
 * @param cron five fields, minute first, or six, second first; ends {@code every}
 * @param every 5 seconds to 366 days; ends {@code cron}
 * @param zone where the cron expression's times are meant: {@code Europe/Istanbul}
 * @param enabled false: paused
 * @param misfire {@code skip}, {@code coalesce} or {@code all}
 * @param misfireCap 1 to 1000
 * @param grace 0 to 31 days
 * @param overlap {@code skip} or {@code allow}
 */
public record ScheduleEdit(
        @Nullable String kind,
        @Nullable Map<String, @Nullable Object> args,
        @Nullable String cron,
        @Nullable Duration every,
        @Nullable String zone,
        @Nullable Boolean enabled,
        @Nullable String misfire,
        @Nullable Integer misfireCap,
        @Nullable Duration grace,
        @Nullable String overlap) {

    public static final ScheduleEdit NONE =
            new ScheduleEdit(null, null, null, null, null, null, null, null, null, null);

    public ScheduleEdit enabled(boolean enabled) {
        return new ScheduleEdit(kind, args, cron, every, zone, enabled, misfire, misfireCap, grace, overlap);
    }
}
