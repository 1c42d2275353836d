package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jobrunr.scheduling.cron.CronExpression;
import org.jspecify.annotations.Nullable;

/**
 * The times that a cron expression names in a zone. JobRunr's parser finds local times; what becomes of those that the
 * zone's clock skips or shows twice is decided here:
 *
 * <ul>
 *   <li>With an hour of its own ({@code 30 2 * * *}) it goes by the clock on the wall: a time that is skipped runs at the
 *       first moment after the gap, several of them once; a time that comes twice runs the first time.
 *   <li>With a wildcard or a step for the hour ({@code *}{@code /5 * * * *}) it goes by real time: a time that comes twice
 *       runs twice. Of those that are skipped the first runs when it would have without the change, unless the
 *       changed clock shows another one sooner; so an hourly schedule keeps its pace.
 * </ul>
 */
final class CronTiming implements Timing {

    private final CronExpression expression;
    private final ZoneId zone;
    private final ZoneRules rules;
    private final boolean byRealTime;

    /** @throws InvalidSchedule if the expression can't be read, or names no time that ever comes */
    CronTiming(String cron, ZoneId zone) {
        this.expression = parse(cron);
        this.zone = zone;
        this.rules = zone.getRules();
        this.byRealTime = hour(cron).matches(".*[*/].*");
    }

    private static CronExpression parse(String cron) {
        var fields = fields(cron);
        if (fields.length < 5 || fields.length > 6) {
            throw invalid(cron, "it has " + fields.length + " fields");
        }
        for (var field : fields) {
            // JobRunr would take an empty item for an empty set, and look for its next time for ever.
            if (field.startsWith(",") || field.endsWith(",") || field.contains(",,")) {
                throw invalid(cron, "'" + field + "' has an empty item");
            }
        }
        try {
            return new CronExpression(cron.strip());
        } catch (RuntimeException e) {
            throw invalid(cron, String.valueOf(e.getMessage()));
        }
    }

    private static InvalidSchedule invalid(String cron, String reason) {
        return new InvalidSchedule(
                "cron",
                "cron must have five fields (minute, hour, day, month, weekday), or six with seconds first, and name"
                        + " times that exist; was '" + cron + "': " + reason);
    }

    private static String[] fields(String cron) {
        return cron.strip().split("\\s+");
    }

    private static String hour(String cron) {
        var fields = fields(cron);
        return fields[fields.length - 4];
    }

    @Override
    public Tick after(Instant instant) {
        return byRealTime ? byRealTime(instant) : byTheClock(instant);
    }

    // ---- by the clock on the wall

    private Tick byTheClock(Instant instant) {
        var local = LocalDateTime.ofInstant(instant, zone);
        Instant due;
        do {
            local = next(local);
            due = firstMoment(local);
        } while (!due.isAfter(instant));
        return new Tick(due, noteByTheClock(local));
    }

    private Instant firstMoment(LocalDateTime local) {
        var change = rules.getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant()
                : local.toInstant(rules.getValidOffsets(local).get(0));
    }

    private @Nullable String noteByTheClock(LocalDateTime local) {
        var change = rules.getTransition(local);
        if (change == null) {
            return null;
        }
        return change.isGap()
                ? skipped(local) + "runs at " + change.getDateTimeAfter().toLocalTime() + ", the first moment after it."
                : twice(local) + "runs the first time only.";
    }

    // ---- by real time

    private Tick byRealTime(Instant instant) {
        var tick = step(afterGap(instant));
        while (!tick.due().isAfter(instant)) {
            tick = step(tick.due());
        }
        return tick;
    }

    /** Just before a gap whose skipped times may still be to come: then the same ones are found as from before it. */
    private Instant afterGap(Instant instant) {
        var last = rules.previousTransition(instant.plusNanos(1));
        return last != null
                        && last.isGap()
                        && instant.isBefore(last.getInstant().plus(last.getDuration()))
                ? last.getInstant().minusNanos(1)
                : instant;
    }

    private Tick step(Instant from) {
        var offset = rules.getOffset(from);
        var local = LocalDateTime.ofInstant(from, offset);
        var change = rules.nextTransition(from);
        while (true) {
            var next = next(local);
            var due = next.toInstant(offset);
            if (change == null || due.isBefore(change.getInstant())) {
                return new Tick(due, noteByRealTime(next));
            }
            if (change.isGap() && next.isBefore(change.getDateTimeAfter())) {
                return skippedOrSooner(next, due, change);
            }
            offset = change.getOffsetAfter();
            local = justBefore(change.getDateTimeAfter());
            change = rules.nextTransition(change.getInstant());
        }
    }

    private Tick skippedOrSooner(LocalDateTime skipped, Instant due, ZoneOffsetTransition change) {
        var shown = next(justBefore(change.getDateTimeAfter()));
        var sooner = shown.toInstant(change.getOffsetAfter());
        if (!sooner.isAfter(due)) {
            return new Tick(sooner, null);
        }
        var at = LocalDateTime.ofInstant(due, zone).toLocalTime();
        return new Tick(due, skipped(skipped) + "runs at " + at + ", when it would have without the change.");
    }

    private @Nullable String noteByRealTime(LocalDateTime local) {
        var change = rules.getTransition(local);
        return change == null ? null : twice(local) + "runs both times.";
    }

    // ---- both

    private String skipped(LocalDateTime local) {
        return local.toLocalTime() + " on " + local.toLocalDate() + " does not exist in " + zone + ": ";
    }

    private String twice(LocalDateTime local) {
        return local.toLocalTime() + " on " + local.toLocalDate() + " exists twice in " + zone + ": ";
    }

    private static LocalDateTime justBefore(LocalDateTime local) {
        return local.minus(1, ChronoUnit.NANOS);
    }

    /** The next local time that the expression names, whether or not the zone's clock shows it: UTC skips none. */
    private LocalDateTime next(LocalDateTime local) {
        var next = expression.next(Instant.EPOCH, local.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        return LocalDateTime.ofInstant(next, ZoneOffset.UTC);
    }
}
