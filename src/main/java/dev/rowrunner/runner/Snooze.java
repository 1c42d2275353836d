package dev.rowrunner.runner;

import java.time.Instant;
import java.util.Objects;

/** Thrown by a handler for which it is too early: the job waits until the given time. It costs no attempt. */
public class Snooze extends RuntimeException {

    /** So often a job may be snoozed in its life; after that a snooze is a failure. */
    public static final int MOST = 1000;

    private static final long serialVersionUID = 1;

    private final Instant until;

    /** @param reason what an operator reads beside the waiting job */
    public Snooze(Instant until, String reason) {
        super(reason);
        this.until = Objects.requireNonNull(until, "until");
    }

    public Instant until() {
        return until;
    }
}
