package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jobrunr.jobs.Job;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of each time at which one schedule was due, up to now. Knows no database. */
final class Decisions {

    /**
     * What was due less than this ago is on time, and no misfire policy applies. It covers what happens every day: a
     * restart, another worker that takes over, a database that fails over.
     */
    static final Duration ON_TIME = Duration.ofSeconds(30);

    /** A long outage is caught up in batches of so many times, each in a transaction of its own. */
    static final int MOST_AT_ONCE = 1000;

    /** One row of {@code schedule_run}. */
    record Run(
            Instant due,
            String decision,
            @Nullable UUID job,
            @Nullable String note) {}

    private final DueSchedule schedule;
    private final Instant now;
    private final Timing timing;
    private final Instant from;
    private final List<Run> runs = new ArrayList<>();
    private final List<UUID> newJobs = new ArrayList<>();
    private final Tick next;
    private @Nullable UUID unfinished;
    private @Nullable UUID coalescing;

    /** @throws dev.rowrunner.runner.InvalidSchedule if somebody stored a timing that can't be used */
    Decisions(DueSchedule schedule, Instant now) {
        this.schedule = schedule;
        this.now = now;
        this.timing = schedule.timing();
        this.from = schedule.highWater() == null ? now : schedule.highWater();
        this.unfinished = schedule.unfinished();
        this.coalescing = schedule.coalescing();
        this.next = decide();
    }

    private Tick decide() {
        var oldestToRun = oldestToRun();
        var tick = timing.after(from);
        while (!tick.due().isAfter(now) && runs.size() < MOST_AT_ONCE) {
            runs.add(decide(tick, oldestToRun));
            tick = timing.after(tick.due());
        }
        return tick;
    }

    /** With misfire all: of the late ones within the grace those from this one on run, as many as the cap allows. */
    private Instant oldestToRun() {
        if (!schedule.misfire().equals("all") || !schedule.enabled()) {
            return Instant.MIN;
        }
        Deque<Instant> newest = new ArrayDeque<>();
        var reach = now.minus(schedule.grace());
        var tick = timing.after(from.isAfter(reach) ? from : reach.minusNanos(1));
        while (isLate(tick)) {
            newest.addLast(tick.due());
            if (newest.size() > schedule.misfireCap()) {
                newest.removeFirst();
            }
            tick = timing.after(tick.due());
        }
        return newest.isEmpty() ? Instant.MIN : newest.getFirst();
    }

    private Run decide(Tick tick, Instant oldestToRun) {
        if (!schedule.enabled()) {
            return run(tick, "paused", null, null);
        }
        if (!isLate(tick)) {
            return start(tick, null);
        }
        if (late(tick).compareTo(schedule.grace()) > 0) {
            return run(
                    tick, "misfired", null, lateness(tick) + " late, and the grace is " + text(schedule.grace()) + ".");
        }
        return switch (schedule.misfire()) {
            case "coalesce" -> coalesce(tick);
            case "all" ->
                tick.due().isBefore(oldestToRun)
                        ? run(
                                tick,
                                "misfired",
                                null,
                                "More than " + schedule.misfireCap() + " were missed; the newest run.")
                        : start(tick, lateness(tick) + " late.");
            default -> run(tick, "misfired", null, lateness(tick) + " late, and what is missed is skipped.");
        };
    }

    private Run start(Tick tick, @Nullable String note) {
        if (unfinished != null && !schedule.mayOverlap()) {
            return overlapped(tick, unfinished);
        }
        return run(tick, "ran", newJob(), note);
    }

    private Run coalesce(Tick tick) {
        if (coalescing == null && unfinished != null && !schedule.mayOverlap()) {
            return overlapped(tick, unfinished);
        }
        if (coalescing == null) {
            coalescing = newJob();
        }
        return run(tick, "coalesced", coalescing, lateness(tick) + " late; one run for all that were missed.");
    }

    private Run overlapped(Tick tick, UUID earlier) {
        return run(tick, "overlapped", earlier, "An earlier run is unfinished.");
    }

    private UUID newJob() {
        var job = Job.newUUID();
        newJobs.add(job);
        unfinished = job;
        return job;
    }

    private static Run run(Tick tick, String decision, @Nullable UUID job, @Nullable String note) {
        var notes = Stream.of(tick.note() == null ? "" : tick.note(), note == null ? "" : note)
                .filter(sentence -> !sentence.isEmpty())
                .collect(Collectors.joining(" "));
        return new Run(tick.due(), decision, job, notes.isEmpty() ? null : notes);
    }

    private boolean isLate(Tick tick) {
        return late(tick).compareTo(ON_TIME) > 0;
    }

    private Duration late(Tick tick) {
        return Duration.between(tick.due(), now);
    }

    private String lateness(Tick tick) {
        return text(Duration.ofSeconds(late(tick).toSeconds()));
    }

    /** {@code PT1H30M} as {@code 1h30m}. */
    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }

    List<Run> runs() {
        return runs;
    }

    /** Those that are to be made; other runs name jobs that exist. */
    List<UUID> newJobs() {
        return newJobs;
    }

    /** Every time up to this is decided now. */
    Instant highWater() {
        if (!next.due().isAfter(now)) {
            return runs.get(runs.size() - 1).due();
        }
        return from.isAfter(now) ? from : now;
    }

    Instant nextDue() {
        return next.due();
    }
}
