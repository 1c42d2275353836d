package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.Nearest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When a schedule is due, as a function of nothing but the instant from which one looks. */
sealed interface Timing permits CronTiming, Timing.Grid {

    /** The first time after the instant. */
    Tick after(Instant instant);

    /** @throws InvalidSchedule if there is not exactly one of cron and every, or one can't be used */
    static Timing of(@Nullable String cron, @Nullable Duration every, String zone) {
        var zoneId = zone(zone);
        if (cron != null && every != null) {
            throw new InvalidSchedule(
                    "every", "every and cron exclude each other; were " + every + " and '" + cron + "'");
        }
        if (cron != null) {
            return new CronTiming(cron, zoneId);
        }
        if (every == null) {
            throw new InvalidSchedule("cron", "cron is missing, and so is every: a schedule needs one of them");
        }
        return new Grid(every);
    }

    private static ZoneId zone(String zone) {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new InvalidSchedule(
                    "zone",
                    "zone must be a time zone such as Europe/Istanbul, was '" + zone + "'"
                            + Nearest.to(zone, ZoneId.getAvailableZoneIds()));
        }
    }

    /** Each multiple of the interval since 1970: wherever one looks from, the grid is the same. */
    record Grid(Duration every) implements Timing {

        public Grid {
            if (every.compareTo(Duration.ofSeconds(5)) < 0 || every.compareTo(Duration.ofDays(366)) > 0) {
                throw new InvalidSchedule("every", "every must be from 5 seconds to 366 days, was " + every);
            }
        }

        @Override
        public Tick after(Instant instant) {
            long step = every.toNanos() / 1000;
            long micros = ChronoUnit.MICROS.between(Instant.EPOCH, instant);
            return new Tick(Instant.EPOCH.plus((Math.floorDiv(micros, step) + 1) * step, ChronoUnit.MICROS), null);
        }
    }
}
