package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many jobs a worker claims ahead of its free slots: what it would get through in a tenth of a second at its present
 * pace, so nothing that was claimed waits for longer than that. Nothing where jobs last. Confined to one thread.
 */
final class Pace {

    private static final long WINDOW_NANOS = Duration.ofMillis(100).toNanos();
    private static final int MOST = 2000;

    private record Mark(long nanos, long ended) {}

    private final Deque<Mark> marks = new ArrayDeque<>();

    /**
     * @param now as {@link System#nanoTime} tells it
     * @param ended so many attempts have ended so far
     * @param slots so many run at once
     */
    int ahead(long now, long ended, int slots) {
        while (!marks.isEmpty() && now - marks.getFirst().nanos() > WINDOW_NANOS) {
            marks.removeFirst();
        }
        marks.addLast(new Mark(now, ended));
        long lately = ended - marks.getFirst().ended();
        return (int) Math.min(Math.max(lately - slots, 0), MOST);
    }
}
