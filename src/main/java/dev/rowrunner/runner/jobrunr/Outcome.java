package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Snooze;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param runAt when the next attempt is due, for a retry or a snooze
 * @param message the reason, for people
 * @param failure what was thrown
 */
record Outcome(
        Attempt attempt,
        How how,
        Instant at,
        @Nullable Instant runAt,
        String message,
        @Nullable Failure failure) {

    private static final int LONGEST_TRACE = 16_000;
    private static final int LONGEST_MESSAGE = 4_000;

    /** What was thrown, as far as it is stored. Read on the thread that threw it, since reading may fail too. */
    record Failure(String type, String message, String trace) {

        static Failure of(Throwable error, Redaction redaction) {
            return new Failure(error.getClass().getName(), messageOf(error, redaction), traceOf(error, redaction));
        }

        private static String messageOf(Throwable error, Redaction redaction) {
            try {
                return storable(redaction.of(String.valueOf(error.getMessage())), LONGEST_MESSAGE);
            } catch (RuntimeException | StackOverflowError unreadable) {
                return "its message can't be read: " + unreadable.getClass().getName();
            }
        }

        private static String traceOf(Throwable error, Redaction redaction) {
            try {
                var text = new StringWriter();
                error.printStackTrace(new PrintWriter(text));
                return storable(redaction.of(text.toString()), LONGEST_TRACE);
            } catch (RuntimeException | StackOverflowError unreadable) {
                return "";
            }
        }

        /** PostgreSQL stores no NUL, and a long text in each attempt's history helps nobody. */
        private static String storable(String text, int longest) {
            var start = text.length() > longest ? text.substring(0, longest) + " ..." : text;
            return start.replace('\0', ' ');
        }
    }

    enum How {
        SUCCESS,
        RETRY,
        DEAD,
        SNOOZE,
        BACK,
        DISCARD,
        CANCEL,
        LOST;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Outcome success(Attempt attempt, Instant at) {
        return new Outcome(attempt, How.SUCCESS, at, null, "", null);
    }

    static Outcome unstarted(Attempt attempt, Instant at, String why) {
        return new Outcome(attempt, How.BACK, at, null, "Given back: " + why, null);
    }

    /** Of an attempt whose handler has thrown. */
    static Outcome failed(Attempt attempt, JobKind<?> kind, Instant at, Throwable error) {
        var stop = attempt.stopped();
        var failure = Failure.of(error, attempt.redaction());
        if (error instanceof Discard) {
            return new Outcome(
                    attempt, How.DISCARD, at, null, "Discarded by its handler: " + failure.message(), failure);
        }
        if (stop != null && stop.cause() != Stop.Cause.TIMEOUT) {
            return new Outcome(attempt, interrupted(stop), at, null, stop.reason(), failure);
        }
        if (error instanceof Snooze snooze && attempt.claim().snoozes() < Snooze.MOST) {
            return new Outcome(attempt, How.SNOOZE, at, snooze.until(), "Snoozed: " + failure.message(), failure);
        }
        if (error instanceof ArgsDoNotFitException) {
            return new Outcome(attempt, How.DEAD, at, null, "args do not fit the kind", failure);
        }
        return again(attempt, kind, at, stop == null ? reason(error) : stop.reason(), failure);
    }

    private static How interrupted(Stop stop) {
        return switch (stop.cause()) {
            case CANCEL -> How.CANCEL;
            case SHUTDOWN -> How.BACK;
            default -> How.LOST;
        };
    }

    private static String reason(Throwable error) {
        return error instanceof Snooze ? "snoozed more than " + Snooze.MOST + " times" : "handler failed";
    }

    private static Outcome again(Attempt attempt, JobKind<?> kind, Instant at, String reason, Failure failure) {
        int failures = attempt.attempt();
        return kind.retry()
                .delayAfter(failures, RandomGenerator.getDefault())
                .map(delay -> new Outcome(
                        attempt,
                        How.RETRY,
                        at,
                        at.plus(delay),
                        "Retry " + failures + " of " + kind.retry().delays().size() + ": " + reason,
                        failure))
                .orElseGet(() -> new Outcome(attempt, How.DEAD, at, null, "attempts exhausted: " + reason, failure));
    }

    /** The class of what was thrown, or null. */
    @Nullable
    String type() {
        return failure == null ? null : failure.type();
    }

    @Nullable
    String errorMessage() {
        return failure == null ? null : failure.message();
    }

    @Nullable
    String trace() {
        return failure == null || how != How.RETRY && how != How.DEAD ? null : failure.trace();
    }
}
