package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecisionsTest {

    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @Test
    void runsWhatIsOnTimeAndMovesOn() {
        var decided = new Decisions(every(5, "coalesce", false, NOON.minusSeconds(60)), NOON.plusSeconds(30));

        assertThat(words(decided)).containsExactly("12:00:00 ran");
        assertThat(decided.newJobs()).hasSize(1);
        assertThat(decided.highWater()).isEqualTo(NOON.plusSeconds(30));
        assertThat(decided.nextDue()).isEqualTo(NOON.plusSeconds(300));
    }

    @Test
    void makesOneRunOfAllThatWereMissedWithinTheGrace() {
        var decided = new Decisions(every(15, "coalesce", true, NOON), NOON.plus(Duration.ofMinutes(91)));

        assertThat(words(decided))
                .containsExactly(
                        "12:15:00 misfired",
                        "12:30:00 misfired",
                        "12:45:00 coalesced",
                        "13:00:00 coalesced",
                        "13:15:00 coalesced",
                        "13:30:00 coalesced");
        assertThat(decided.newJobs()).hasSize(1);
        assertThat(decided.runs().subList(2, 6))
                .extracting(Decisions.Run::job)
                .containsOnly(decided.newJobs().get(0));
        assertThat(decided.runs().get(0).note()).isEqualTo("1h16m late, and the grace is 1h.");
    }

    @Test
    void skipsAllThatWereMissed() {
        var decided = new Decisions(every(15, "skip", false, NOON), NOON.plus(Duration.ofMinutes(31)));

        assertThat(words(decided)).containsExactly("12:15:00 misfired", "12:30:00 misfired");
        assertThat(decided.newJobs()).isEmpty();
    }

    @Test
    void runsTheNewestOfThoseThatWereMissedUpToTheCap() {
        var decided = new Decisions(every(10, "all", true, NOON), NOON.plus(Duration.ofMinutes(60)));

        assertThat(words(decided))
                .containsExactly(
                        "12:10:00 misfired",
                        "12:20:00 misfired",
                        "12:30:00 ran",
                        "12:40:00 ran",
                        "12:50:00 ran",
                        "13:00:00 ran");
        assertThat(decided.newJobs()).hasSize(4);
    }

    @Test
    void runsNothingBesideAnUnfinishedRunUnlessOverlapIsAllowed() {
        var earlier = UUID.randomUUID();
        var now = NOON.plusSeconds(20);

        var skips = new Decisions(fiveSeconds(false, null), now);
        var allows = new Decisions(fiveSeconds(true, null), now);
        var waits = new Decisions(fiveSeconds(false, earlier), now);

        assertThat(words(skips))
                .containsExactly("12:00:05 ran", "12:00:10 overlapped", "12:00:15 overlapped", "12:00:20 overlapped");
        assertThat(skips.runs().get(1).job()).isEqualTo(skips.newJobs().get(0));
        assertThat(allows.newJobs()).hasSize(4);
        assertThat(waits.newJobs()).isEmpty();
        assertThat(waits.runs()).extracting(Decisions.Run::job).containsOnly(earlier);
    }

    @Test
    void coalescesAcrossTheBatchesOfALongOutageIntoOneJob() {
        var runs = new ArrayList<Decisions.Run>();
        var jobs = new ArrayList<UUID>();
        var now = NOON.plus(Duration.ofHours(5));
        var highWater = NOON;
        @Nullable UUID coalescing = null;
        int batches = 0;
        while (highWater.isBefore(now)) {
            var decided = new Decisions(outage(highWater, coalescing), now);
            runs.addAll(decided.runs());
            jobs.addAll(decided.newJobs());
            highWater = decided.highWater();
            coalescing = decided.runs().get(decided.runs().size() - 1).job();
            batches++;
        }

        assertThat(batches).isEqualTo(4);
        assertThat(runs).hasSize(3600).extracting(Decisions.Run::due).doesNotHaveDuplicates();
        assertThat(jobs).hasSize(1);
        assertThat(runs.stream()
                        .filter(run -> Objects.equals(run.job(), jobs.get(0))
                                && run.decision().equals("coalesced")))
                .hasSize(3600 - 7);
    }

    private static DueSchedule outage(Instant highWater, @Nullable UUID coalescing) {
        return new DueSchedule(
                "x",
                null,
                Duration.ofSeconds(5),
                "UTC",
                true,
                "coalesce",
                1,
                Duration.ofDays(1),
                false,
                highWater,
                coalescing,
                coalescing);
    }

    @Test
    void decidesNothingTwiceWhenTheClockIsPutBack() {
        var decided = new Decisions(every(5, "coalesce", false, NOON), NOON.minusSeconds(3600));

        assertThat(decided.runs()).isEmpty();
        assertThat(decided.highWater()).isEqualTo(NOON);
        assertThat(decided.nextDue()).isEqualTo(NOON.plusSeconds(300));
    }

    private static DueSchedule every(int minutes, String misfire, boolean overlap, Instant highWater) {
        return new DueSchedule(
                "x",
                null,
                Duration.ofMinutes(minutes),
                "UTC",
                true,
                misfire,
                3,
                Duration.ofHours(1),
                overlap,
                highWater,
                null,
                null);
    }

    private static DueSchedule fiveSeconds(boolean overlap, @Nullable UUID unfinished) {
        return new DueSchedule(
                "x",
                null,
                Duration.ofSeconds(5),
                "UTC",
                true,
                "coalesce",
                3,
                Duration.ofHours(1),
                overlap,
                NOON,
                unfinished,
                null);
    }

    private static List<String> words(Decisions decided) {
        return decided.runs().stream()
                .map(run -> run.due().toString().substring(11, 19) + " " + run.decision())
                .toList();
    }
}
