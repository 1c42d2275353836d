package dev.rowrunner.runner;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a job is: a stable name, the record its args are stored as, and how jobs of this kind are treated. Jobs are
 * stored under the name, never under a class, so classes may be renamed while jobs wait. Immutable; each method below
 * {@link #of} answers a changed copy.
 *
 * @param name lower-case words joined by dots and hyphens, the family first: {@code usage.aggregate-day}
 * @param args the record that the job's args are read into
 * @param queue where its jobs wait
 * @param retry when a failed attempt is tried again
 */
public record JobKind<A>(String name, Class<A> args, String queue, RetryPolicy retry) {

    public static final String DEFAULT_QUEUE = "default";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*([.-][a-z0-9]+)*");
    private static final Pattern QUEUE = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    public JobKind {
        if (!NAME.matcher(name).matches() || name.length() > 120) {
            throw new IllegalArgumentException("A job kind is named in lower-case letters and digits joined by dots or"
                    + " hyphens, at most 120 of them, like usage.aggregate-day; was '" + name + "'");
        }
        if (!QUEUE.matcher(queue).matches()) {
            throw new IllegalArgumentException("A queue is named by 1 to 63 lower-case letters, digits, hyphens or"
                    + " underscores, a letter first; kind '" + name + "' has '" + queue + "'");
        }
    }

    /** A kind on queue {@value #DEFAULT_QUEUE} with the default retries. */
    public static <A> JobKind<A> of(String name, Class<A> args) {
        return new JobKind<>(name, args, DEFAULT_QUEUE, RetryPolicy.DEFAULT);
    }

    public JobKind<A> queue(String queue) {
        return new JobKind<>(name, args, queue, retry);
    }

    /** Tries again after each of these delays in turn, and no more after the last. */
    public JobKind<A> retryAfter(Duration... delays) {
        return new JobKind<>(name, args, queue, RetryPolicy.after(List.copyOf(Arrays.asList(delays))));
    }

    /** Fails for good at the first failure. */
    public JobKind<A> neverRetry() {
        return retryAfter();
    }
}
