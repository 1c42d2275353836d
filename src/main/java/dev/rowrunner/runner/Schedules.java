package dev.rowrunner.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of the installation, for those who operate it. Changes join the caller's transaction; a worker sees them
 * within a second of their commit.
 *
 * <p>Methods that take an id throw a {@link java.util.NoSuchElementException} if there is no such schedule, and methods
 * that take an edit an {@link InvalidSchedule}; then nothing was changed.
 */
public interface Schedules {

    /**
     * A schedule as it is stored.
     *
     * @param kind null for a definition that JobRunr's own API stored for a class of its own
     * @param every null: by {@code cron}
     * @param declared what code or configuration last declared, by the names of the fields; null: an operator made it
     * @param edited fields that an operator changed
     * @param nextDue null: to be computed within a second, or never where there is an error
     * @param last null: it was never due
     * @param error why it can't run
     */
    record Entry(
            String id,
            @Nullable String kind,
            Map<String, @Nullable Object> args,
            @Nullable String cron,
            @Nullable Duration every,
            String zone,
            boolean enabled,
            String misfire,
            int misfireCap,
            Duration grace,
            String overlap,
            @Nullable Map<String, @Nullable Object> declared,
            List<String> edited,
            @Nullable Instant nextDue,
            @Nullable Run last,
            @Nullable String error,
            Instant changedAt) {}

    /**
     * What became of a time at which a schedule was due.
     *
     * @param decision {@code ran}, {@code coalesced}, {@code misfired}, {@code overlapped}, {@code paused} or
     *     {@code triggered}
     * @param jobId the job that ran for it; where it overlapped, the job that was in its way
     * @param note the reason, where the decision needs one
     */
    record Run(
            Instant dueAt,
            Instant decidedAt,
            String decision,
            @Nullable UUID jobId,
            @Nullable String note) {}

    /**
     * A time at which a schedule will be due.
     *
     * @param local the same in the schedule's zone: {@code 2026-03-08T03:00-04:00}
     * @param note what a change of the clocks does to it
     */
    record Due(Instant at, String local, @Nullable String note) {}

    long count();

    /** In the order of their ids. */
    List<Entry> list(int limit, long offset);

    Optional<Entry> find(String id);

    /** Changes a schedule, or makes one that does not exist. One that was removed comes back as it was, with the edit. */
    Entry put(String id, ScheduleEdit edit);

    /** One that code declares does not come back with the next start, unless it is put or reset. */
    void remove(String id);

    /** Forgets what operators changed. Throws an {@link InvalidSchedule} if code does not declare it. */
    Entry reset(String id);

    default Entry pause(String id) {
        return setEnabled(id, false);
    }

    default Entry resume(String id) {
        return setEnabled(id, true);
    }

    Entry setEnabled(String id, boolean enabled);

    /** Runs it now, paused or not, and leaves a run. Answers the job, or the one that holds the unique key. */
    UUID trigger(String id);

    /** The next times from now on, as if it were not paused. */
    List<Due> next(String id, int count);

    /** The next times of a schedule that need not exist. Only timing and zone of the edit count. */
    List<Due> preview(ScheduleEdit timing, int count);

    long countRuns(String id);

    /** The newest first. */
    List<Run> runs(String id, int limit, long offset);
}
