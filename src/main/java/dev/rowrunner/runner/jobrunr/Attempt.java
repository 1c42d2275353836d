package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One attempt at a job, from its claim until its outcome is stored. */
final class Attempt implements JobContext {

    private static final int MOST_LINES = 500;
    private static final int LONGEST_LINE = 2000;

    /**
     * What a claim answers.
     *
     * @param row where its row lay in the table then, which makes it quick to find
     * @param lease the version that the claim gave the job
     * @param at when it was claimed
     * @param readyAt when nothing was left to wait for but a worker
     * @param keyed it holds a concurrency key
     * @param unique it holds a unique key
     */
    record Claim(
            UUID id,
            String row,
            int lease,
            int worker,
            Lane lane,
            Instant at,
            Instant readyAt,
            int number,
            int snoozes,
            String args,
            boolean keyed,
            boolean unique) {

        /** Whether it holds what others may wait for, and gives it back at the end. */
        boolean holds() {
            return keyed || unique;
        }
    }

    /** What the attempt tells of itself. */
    record Story(UUID id, @Nullable Long done, @Nullable Long total, List<Line> lines) {}

    record Line(Instant at, String text) {}

    private final Claim claim;
    private final Clock clock;
    private final long startedNanos = System.nanoTime();
    private final Deque<Line> lines = new ArrayDeque<>(0);
    private @Nullable Long done;
    private @Nullable Long total;
    private boolean untold;
    private long enteredNanos;
    private long leftNanos;
    private @Nullable Thread thread;
    private @Nullable Stop stop;
    private long stoppedNanos;
    private boolean reportedStuck;
    private volatile Redaction redaction = Redaction.NONE;

    Attempt(Claim claim, Clock clock) {
        this.claim = claim;
        this.clock = clock;
    }

    Claim claim() {
        return claim;
    }

    @Override
    public UUID id() {
        return claim.id();
    }

    @Override
    public int attempt() {
        return claim.number();
    }

    @Override
    public long lease() {
        return claim.lease();
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    @Override
    public synchronized void progress(long done, long total) {
        this.done = done;
        this.total = total;
        untold = true;
    }

    @Override
    public synchronized void log(String line) {
        if (lines.size() == MOST_LINES) {
            lines.removeFirst();
        }
        var printable = redaction.of(line).replace('\0', ' ');
        lines.addLast(new Line(
                clock.instant(),
                printable.length() > LONGEST_LINE ? printable.substring(0, LONGEST_LINE) + " ..." : printable));
        untold = true;
    }

    synchronized boolean hasNews() {
        return untold;
    }

    /** What was told since this was asked last, or null if nothing was. */
    synchronized @Nullable Story news() {
        if (!untold) {
            return null;
        }
        untold = false;
        return new Story(claim.id(), done, total, List.copyOf(lines));
    }

    /** What was answered last may not have been stored. */
    synchronized void tellAgain() {
        untold = done != null || !lines.isEmpty();
    }

    /** What it tells from here on is told without its secrets. */
    void redact(Redaction redaction) {
        this.redaction = redaction;
    }

    Redaction redaction() {
        return redaction;
    }

    /** From here until {@link #leave} the calling thread may be interrupted. False: it was stopped before it began. */
    synchronized boolean enter() {
        if (stop != null) {
            return false;
        }
        thread = Thread.currentThread();
        enteredNanos = System.nanoTime();
        return true;
    }

    /** Clears an interruption, which must not reach the thread's next job. */
    synchronized void leave() {
        thread = null;
        leftNanos = System.nanoTime();
        Thread.interrupted();
    }

    /** What the handler took; nothing where it never began. */
    synchronized Duration took() {
        return Duration.ofNanos(leftNanos - enteredNanos);
    }

    /** Interrupts the handler; the first reason counts. Answers whether this is it. */
    synchronized boolean stop(Stop why) {
        if (stop != null) {
            return false;
        }
        stop = why;
        stoppedNanos = System.nanoTime();
        if (thread != null) {
            thread.interrupt();
        }
        return true;
    }

    synchronized @Nullable Stop stopped() {
        return stop;
    }

    /** An attempt that took too long has failed, however it ends. */
    synchronized boolean hasTimedOut() {
        return stop != null && stop.cause() == Stop.Cause.TIMEOUT;
    }

    /** Whether the handler still runs so long after it was interrupted. */
    synchronized boolean ignoresInterrupt(Duration patience) {
        return stop != null && System.nanoTime() - stoppedNanos > patience.toNanos();
    }

    /** True once. */
    synchronized boolean becomesStuck(Duration patience) {
        if (reportedStuck || !ignoresInterrupt(patience)) {
            return false;
        }
        reportedStuck = true;
        return true;
    }
}
