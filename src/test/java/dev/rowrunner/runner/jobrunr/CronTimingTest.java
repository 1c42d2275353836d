package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.runner.InvalidSchedule;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where clocks are put forward and back. What is expected is found by java.time, five minutes after five minutes. */
@Tag("slow")
class CronTimingTest {

    private static final Duration GRID = Duration.ofMinutes(5);
    private static final Instant BEGIN = Instant.parse("2010-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2020-01-01T00:00:00Z");

    private record Pattern(String cron, boolean byRealTime, Predicate<LocalDateTime> names) {}

    private static final List<Pattern> PATTERNS = List.of(
            new Pattern("*/5 * * * *", true, local -> true),
            new Pattern("0 * * * *", true, local -> local.getMinute() == 0),
            new Pattern("*/20 * * * *", true, local -> local.getMinute() % 20 == 0),
            new Pattern("15 */2 * * *", true, local -> local.getMinute() == 15 && local.getHour() % 2 == 0),
            new Pattern("30 2 * * *", false, local -> local.getHour() == 2 && local.getMinute() == 30),
            new Pattern("0 3 * * *", false, local -> local.getHour() == 3 && local.getMinute() == 0),
            new Pattern(
                    "*/10 1-3 * * 0",
                    false,
                    local -> local.getMinute() % 10 == 0
                            && local.getHour() >= 1
                            && local.getHour() <= 3
                            && local.getDayOfWeek() == DayOfWeek.SUNDAY));

    /** Istanbul moved its clocks until 2016, and then for good; Lord Howe moves them by half an hour. */
    static Stream<Arguments> zonesAndPatterns() {
        return Stream.of("Europe/Istanbul", "America/New_York", "Australia/Lord_Howe")
                .flatMap(zone -> PATTERNS.stream().map(pattern -> Arguments.of(ZoneId.of(zone), pattern)));
    }

    @ParameterizedTest
    @MethodSource("zonesAndPatterns")
    void decidesEachTimeOfTenYearsOnceHoweverTheClockMoves(ZoneId zone, Pattern pattern) {
        var expected = pattern.byRealTime() ? byRealTime(zone, pattern) : byTheClock(zone, pattern);

        var decided = new ArrayList<Instant>();
        var highWater = BEGIN.minusNanos(1);
        for (int i = 0; highWater.isBefore(END); i++) {
            // From a quarter of an hour to ten days at once, and never on the grid.
            var now = highWater.plusSeconds(
                    900 + (i * 7919L * 101) % Duration.ofDays(10).toSeconds());
            var decisions = new Decisions(schedule(pattern.cron(), zone, highWater), now);
            decisions.runs().forEach(run -> decided.add(run.due()));
            highWater = decisions.highWater();
        }

        decided.removeIf(due -> !due.isBefore(END));
        var missing = new TreeSet<>(expected);
        missing.removeAll(new TreeSet<>(decided));
        var wrong = new TreeSet<>(decided);
        wrong.removeAll(expected);
        assertThat(missing).as("missing").isEmpty();
        assertThat(wrong).as("not named by java.time").isEmpty();
        assertThat(decided).hasSize(expected.size()).isSorted();
    }

    private static DueSchedule schedule(String cron, ZoneId zone, Instant highWater) {
        return new DueSchedule(
                "ten-years", cron, null, zone.getId(), false, "skip", 1, Duration.ZERO, false, highWater, null, null);
    }

    /** Each local time once: in a gap at its end, and the first of two. */
    private static SortedSet<Instant> byTheClock(ZoneId zone, Pattern pattern) {
        var expected = new TreeSet<Instant>();
        var end = LocalDateTime.ofInstant(END, zone);
        for (var local = LocalDateTime.ofInstant(BEGIN, zone); local.isBefore(end); local = local.plus(GRID)) {
            if (pattern.names().test(local)) {
                var zoned = ZonedDateTime.of(local, zone);
                expected.add(
                        zoned.toLocalDateTime().equals(local)
                                ? zoned.toInstant()
                                : zone.getRules().getTransition(local).getInstant());
            }
        }
        return expected;
    }

    /** Each moment at which the clock shows a time that is named, and what a gap would otherwise delay. */
    private static SortedSet<Instant> byRealTime(ZoneId zone, Pattern pattern) {
        var expected = new TreeSet<Instant>();
        for (var at = BEGIN; at.isBefore(END); at = at.plus(GRID)) {
            if (pattern.names().test(LocalDateTime.ofInstant(at, zone))) {
                expected.add(at);
            }
        }
        for (var change = zone.getRules().nextTransition(BEGIN);
                change != null && change.getInstant().isBefore(END);
                change = zone.getRules().nextTransition(change.getInstant())) {
            for (var local = change.getDateTimeBefore();
                    local.isBefore(change.getDateTimeAfter());
                    local = local.plus(GRID)) {
                if (pattern.names().test(local)) {
                    // java.time moves a local time that does not exist on by the length of the gap.
                    var unchanged = ZonedDateTime.of(local, zone).toInstant();
                    if (expected.subSet(change.getInstant(), true, unchanged, true)
                            .isEmpty()) {
                        expected.add(unchanged);
                    }
                    break;
                }
            }
        }
        return expected;
    }

    @Test
    void keepsTheRealPaceOfEveryFiveMinutesAndEveryHour() {
        for (var zone : List.of("Europe/Istanbul", "America/New_York", "Australia/Lord_Howe")) {
            assertThat(gaps("*/5 * * * *", zone)).containsOnly(GRID);
        }
        for (var zone : List.of("Europe/Istanbul", "America/New_York")) {
            assertThat(gaps("0 * * * *", zone)).containsOnly(Duration.ofHours(1));
        }
    }

    private static Set<Duration> gaps(String cron, String zone) {
        var timing = new CronTiming(cron, ZoneId.of(zone));
        var gaps = new TreeSet<Duration>();
        var due = timing.after(BEGIN).due();
        while (due.isBefore(END)) {
            var next = timing.after(due).due();
            gaps.add(Duration.between(due, next));
            due = next;
        }
        return gaps;
    }

    @Test
    void saysWhatAChangeOfTheClocksDoes() {
        var newYork = ZoneId.of("America/New_York");
        var skipped = new CronTiming("30 2 * * *", newYork).after(Instant.parse("2026-03-08T06:00:00Z"));
        var twice = new CronTiming("30 1 * * *", newYork).after(Instant.parse("2026-11-01T04:00:00Z"));
        var hourly = new CronTiming("0 * * * *", newYork).after(twice.due());
        var halfHour = new CronTiming("0 * * * *", ZoneId.of("Australia/Lord_Howe"))
                .after(Instant.parse("2026-10-03T15:00:00Z"));

        assertThat(skipped.due()).isEqualTo("2026-03-08T07:00:00Z");
        assertThat(skipped.note())
                .isEqualTo("02:30 on 2026-03-08 does not exist in America/New_York: runs at 03:00, the first moment"
                        + " after it.");
        assertThat(twice.due()).isEqualTo("2026-11-01T05:30:00Z");
        assertThat(twice.note())
                .isEqualTo("01:30 on 2026-11-01 exists twice in America/New_York: runs the first time only.");
        assertThat(hourly.due()).isEqualTo("2026-11-01T06:00:00Z");
        assertThat(hourly.note()).isEqualTo("01:00 on 2026-11-01 exists twice in America/New_York: runs both times.");
        assertThat(halfHour.due()).isEqualTo("2026-10-03T15:30:00Z");
        assertThat(halfHour.note()).contains("02:00 on 2026-10-04 does not exist", "runs at 02:30");
    }

    @ParameterizedTest
    @Timeout(5)
    @ValueSource(
            strings = {
                "0 0 30 2 *",
                "0 0 31 2,4,6 *",
                "0 0 , * *",
                "0 0 * * ,",
                "61 * * * *",
                "* * *",
                "* * * * * * *",
                "",
                "every day",
                "0 0 1,,2 * *",
                "5-1 * * * *"
            })
    void refusesWhatIsNoCronOrNeverComes(String cron) {
        assertThatThrownBy(() -> new CronTiming(cron, ZoneId.of("UTC")))
                .isInstanceOf(InvalidSchedule.class)
                .hasMessageContaining("cron must have five fields", "was '" + cron + "'")
                .hasMessageContaining("was '" + cron + "'");
    }

    @Test
    void countsIntervalsFromTheSameMomentWhereverItLooksFrom() {
        var grid = Timing.of(null, Duration.ofMinutes(7), "UTC");
        var due = grid.after(Instant.parse("2026-01-01T00:00:00.000000900Z")).due();

        assertThat(due.getEpochSecond() % 420).isZero();
        assertThat(grid.after(due.minusNanos(1)).due()).isEqualTo(due);
        assertThat(grid.after(due).due()).isEqualTo(due.plusSeconds(420));
    }
}
