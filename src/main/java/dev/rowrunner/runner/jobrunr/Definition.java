package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.Recurring;
import dev.rowrunner.runner.ScheduleEdit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule is to do, checked: one that exists can be stored and can run.
 *
 * @param kind null for a definition that JobRunr's own API stored
 * @param args JSON
 */
record Definition(
        String id,
        @Nullable String kind,
        String args,
        @Nullable String cron,
        @Nullable Duration every,
        String zone,
        boolean enabled,
        String misfire,
        int misfireCap,
        Duration grace,
        String overlap) {

    private static final List<String> MISFIRES = List.of("skip", "coalesce", "all");
    private static final List<String> OVERLAPS = List.of("skip", "allow");

    /** Enough to come round a minute, since what is due more often than that has a seconds field. */
    private static final int TIMES_COMPARED = 20;

    Definition {
        if (!id.matches("[A-Za-z0-9_(),.-]{1,127}")) {
            throw new InvalidSchedule(
                    "id", "id must be 1 to 127 letters, digits or any of _(),.-; was '" + start(id) + "'");
        }
        checkFrequency(Timing.of(cron, every, zone), cron);
        oneOf("misfire", misfire, MISFIRES);
        oneOf("overlap", overlap, OVERLAPS);
        if (misfireCap < 1 || misfireCap > 1000) {
            throw new InvalidSchedule("misfireCap", "misfireCap must be from 1 to 1000, was " + misfireCap);
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofDays(31)) > 0) {
            throw new InvalidSchedule("grace", "grace must be from 0 to 31 days, was " + grace);
        }
        if (misfire.equals("all") && !overlap.equals("allow")) {
            throw new InvalidSchedule(
                    "overlap",
                    "overlap must be allow where misfire is all, since the missed runs would run at once; was '"
                            + overlap + "'");
        }
    }

    private static String start(String text) {
        return text.length() > 150 ? text.substring(0, 150) + "..." : text;
    }

    private static void checkFrequency(Timing timing, @Nullable String cron) {
        var before = timing.after(Instant.EPOCH).due();
        for (int i = 0; i < TIMES_COMPARED; i++) {
            var next = timing.after(before).due();
            if (Duration.between(before, next).compareTo(Duration.ofSeconds(5)) < 0) {
                throw new InvalidSchedule("cron", "cron must name times at least 5 seconds apart, was '" + cron + "'");
            }
            before = next;
        }
    }

    private static void oneOf(String field, String value, List<String> known) {
        if (!known.contains(value)) {
            throw new InvalidSchedule(
                    field,
                    field + " must be one of " + String.join(", ", known) + "; was '" + start(value) + "'"
                            + Nearest.to(value, known));
        }
    }

    static Definition of(Recurring<?> recurring, String args) {
        var cron = recurring.schedule() instanceof Recurring.Cron byCron ? byCron : null;
        return new Definition(
                recurring.id(),
                recurring.kind().name(),
                args,
                cron == null ? null : cron.expression(),
                recurring.schedule() instanceof Recurring.Every every ? every.interval() : null,
                cron == null ? "UTC" : name(cron.zone()),
                recurring.enabled(),
                recurring.misfire().name().toLowerCase(Locale.ROOT),
                recurring.misfireCap(),
                recurring.grace(),
                recurring.overlap().name().toLowerCase(Locale.ROOT));
    }

    private static String name(ZoneId zone) {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    /** A new one, with the defaults for what the edit does not say. */
    static Definition of(String id, @Nullable String kind, String args, ScheduleEdit edit) {
        return new Definition(
                id,
                kind,
                args,
                edit.cron(),
                edit.every(),
                or(edit.zone(), "UTC"),
                or(edit.enabled(), true),
                or(edit.misfire(), "coalesce"),
                or(edit.misfireCap(), Recurring.DEFAULT_CAP),
                or(edit.grace(), Recurring.DEFAULT_GRACE),
                or(edit.overlap(), "skip"));
    }

    /** A changed copy. Cron ends every, and the other way round. */
    Definition with(@Nullable String newKind, String newArgs, ScheduleEdit edit) {
        boolean retimed = edit.cron() != null || edit.every() != null;
        return new Definition(
                id,
                newKind,
                newArgs,
                retimed ? edit.cron() : cron,
                retimed ? edit.every() : every,
                or(edit.zone(), zone),
                or(edit.enabled(), enabled),
                or(edit.misfire(), misfire),
                or(edit.misfireCap(), misfireCap),
                or(edit.grace(), grace),
                or(edit.overlap(), overlap));
    }

    private static <T> T or(@Nullable T wanted, T otherwise) {
        return wanted == null ? otherwise : wanted;
    }
}
