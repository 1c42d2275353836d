package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Makes the jobs of schedules that are due, and leaves a row for each time at which one was. The first worker does so;
 * when it is gone, what has been due for a while is taken by whoever sees it. Rows are locked while they are decided and
 * skipped by others, so it does not matter who thinks that he is the first.
 */
final class Ticker implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    /** How long others leave a schedule that is due to the first worker. */
    static final Duration TAKE_OVER = Duration.ofSeconds(5);

    /** A schedule that somebody has just changed is noticed within this. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    static final int SCHEDULES_AT_ONCE = 1000;

    /** What one transaction stores, unless a single schedule has more. */
    private static final int RUNS_AT_ONCE = 5000;

    private static final String DUE =
            "removed_at IS NULL AND error IS NULL" + " AND coalesce(next_due, '-infinity') <= :now";

    private static final String LOCK = "SELECT id FROM rowrunner.schedule WHERE " + DUE
            + " ORDER BY coalesce(next_due, '-infinity') LIMIT " + SCHEDULES_AT_ONCE + " FOR UPDATE SKIP LOCKED";

    private static final String LOCK_ONE =
            "SELECT id FROM rowrunner.schedule WHERE " + DUE + " AND id = :id FOR UPDATE SKIP LOCKED";

    private static final String READ =
            DueSchedule.SELECT + " WHERE id = ANY (:ids::text[]) ORDER BY coalesce(next_due, '-infinity')";

    private static final String NEXT = """
            SELECT next_due FROM rowrunner.schedule WHERE removed_at IS NULL AND error IS NULL
            ORDER BY coalesce(next_due, '-infinity') LIMIT 1
            """;

    private static final String RECORD = """
            SELECT rowrunner.record_ticks(:schedules::text[], :due::timestamptz[], :decisions::text[], :jobs::uuid[],
                                          :notes::text[], :newSchedules::text[], :newJobs::uuid[], :moved::text[],
                                          :highWater::timestamptz[], :nextDue::timestamptz[], :now)::text
            """;

    private static final String FAIL = "UPDATE rowrunner.schedule SET error = left(:error, 1000) WHERE id = :id";

    private final WorkerParts parts;
    private final JdbcClient jdbc;
    private final BooleanSupplier isFirst;
    private final DatabaseTrouble trouble = new DatabaseTrouble();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this, "job-ticker");

    Ticker(WorkerParts parts, BooleanSupplier isFirst) {
        this.parts = parts;
        this.jdbc = parts.database().jdbc();
        this.isFirst = isFirst;
        thread.setDaemon(true);
        thread.setContextClassLoader(Ticker.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!closed.await(tickPatiently().toMillis(), TimeUnit.MILLISECONDS)) {
                // Until it is closed.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers how long to pause. What the database does not take now is due the next time. */
    private Duration tickPatiently() {
        try {
            tick();
            trouble.isOver();
            return untilNext();
        } catch (RuntimeException e) {
            trouble.report(e, 0, 0);
            return LONGEST_PAUSE;
        }
    }

    /** Decides all that is due. */
    void tick() {
        while (closed.getCount() > 0 && tickSome() > 0) {
            // Each turn in a transaction of its own.
        }
    }

    private Instant takenUpTo() {
        var now = parts.clock().instant();
        return isFirst.getAsBoolean() ? now : now.minus(TAKE_OVER);
    }

    private int tickSome() {
        var seen = new ArrayList<DueSchedule>();
        try {
            return parts.database().inTransaction(() -> {
                seen.addAll(take(jdbc.sql(LOCK)));
                return decide(seen);
            });
        } catch (RuntimeException e) {
            if (seen.isEmpty() || DatabaseTrouble.passes(e)) {
                throw e;
            }
            seen.forEach(this::tickAlone);
            return seen.size();
        }
    }

    /**
     * Locks first and reads then: a statement that does both sees of a schedule that another ticker has just moved on the
     * new times, but neither the runs nor the jobs that were stored with them, and would make those jobs again.
     */
    private List<DueSchedule> take(JdbcClient.StatementSpec lock) {
        var ids = lock.param("now", takenUpTo().atOffset(ZoneOffset.UTC))
                .query(String.class)
                .list();
        return ids.isEmpty() ? List.of() : read(ids);
    }

    private List<DueSchedule> read(List<String> ids) {
        return jdbc.sql(READ)
                .param("ids", ids.toArray(String[]::new))
                .param("clock", parts.clock().instant().atOffset(ZoneOffset.UTC))
                .query((row, n) -> DueSchedule.of(row))
                .list();
    }

    /** One of several can't be stored: the others must not wait for it. */
    private void tickAlone(DueSchedule schedule) {
        try {
            parts.database().inTransaction(() -> decide(take(jdbc.sql(LOCK_ONE).param("id", schedule.id()))));
        } catch (RuntimeException e) {
            if (DatabaseTrouble.passes(e)) {
                throw e;
            }
            fail(schedule, DatabaseTrouble.firstLine(e).replaceFirst("^ERROR: ", ""));
        }
    }

    private void fail(DueSchedule schedule, String reason) {
        jdbc.sql(FAIL).param("error", reason).param("id", schedule.id()).update();
        LOG.atError()
                .addKeyValue("schedule", schedule.id())
                .log("A schedule can't run until it is changed: {}", reason);
    }

    private int decide(List<DueSchedule> schedules) {
        var now = parts.clock().instant();
        var batch = new Batch();
        for (var schedule : schedules) {
            if (batch.due.size() >= RUNS_AT_ONCE) {
                break;
            }
            try {
                batch.add(schedule.id(), new Decisions(schedule, now));
            } catch (InvalidSchedule e) {
                fail(schedule, String.valueOf(e.getMessage()));
            }
        }
        batch.store(now);
        return schedules.size();
    }

    private Duration untilNext() {
        if (!isFirst.getAsBoolean()) {
            return LONGEST_PAUSE;
        }
        var next = jdbc.sql(NEXT)
                .query((row, n) -> row.getObject(1, OffsetDateTime.class))
                .list();
        if (next.isEmpty() || next.get(0) == null) {
            return LONGEST_PAUSE;
        }
        var pause = Duration.between(parts.clock().instant(), next.get(0).toInstant());
        if (pause.isNegative()) {
            // Somebody else holds it.
            return LONGEST_PAUSE;
        }
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause.plusMillis(1) : LONGEST_PAUSE;
    }

    /** Lets the transaction that is under way end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What one transaction stores, column by column. */
    private final class Batch {

        private final List<String> schedules = new ArrayList<>();
        private final List<String> due = new ArrayList<>();
        private final List<String> decisions = new ArrayList<>();
        private final List<@Nullable String> jobs = new ArrayList<>();
        private final List<@Nullable String> notes = new ArrayList<>();
        private final List<String> newSchedules = new ArrayList<>();
        private final List<String> newJobs = new ArrayList<>();
        private final List<String> moved = new ArrayList<>();
        private final List<String> highWater = new ArrayList<>();
        private final List<String> nextDue = new ArrayList<>();

        void add(String schedule, Decisions decided) {
            for (var run : decided.runs()) {
                schedules.add(schedule);
                due.add(run.due().toString());
                decisions.add(run.decision());
                jobs.add(text(run.job()));
                notes.add(run.note());
            }
            for (var job : decided.newJobs()) {
                newSchedules.add(schedule);
                newJobs.add(job.toString());
            }
            moved.add(schedule);
            highWater.add(decided.highWater().toString());
            nextDue.add(decided.nextDue().toString());
        }

        private static @Nullable String text(@Nullable UUID job) {
            return job == null ? null : job.toString();
        }

        void store(Instant now) {
            if (moved.isEmpty()) {
                return;
            }
            jdbc.sql(RECORD)
                    .param("schedules", array(schedules))
                    .param("due", array(due))
                    .param("decisions", array(decisions))
                    .param("jobs", array(jobs))
                    .param("notes", array(notes))
                    .param("newSchedules", array(newSchedules))
                    .param("newJobs", array(newJobs))
                    .param("moved", array(moved))
                    .param("highWater", array(highWater))
                    .param("nextDue", array(nextDue))
                    .param("now", now.atOffset(ZoneOffset.UTC))
                    .query(String.class)
                    .optional();
        }

        private static @Nullable String[] array(List<? extends @Nullable String> texts) {
            return texts.toArray(String[]::new);
        }
    }
}
