package dev.rowrunner.runner;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a job is: a stable name, the record its args are stored as, and how jobs of this kind are treated. Jobs are
 * stored under the name, never under a class, so classes may be renamed while jobs wait. Immutable; each method below
 * {@link #of} answers a changed copy.
 *
 * @param name lower-case words joined by dots and hyphens, the family first: {@code usage.aggregate-day}
 * @param args the record that the job's args are read into
 * @param queue where its jobs wait
 * @param priority -100 to 100; a job counts as a minute older for each step, so a higher one starts sooner
 * @param retry when a failed attempt is tried again
 * @param timeout how long an attempt may run before it is interrupted and fails; null: as long as it likes
 * @param limits how many jobs of this kind run at once in the whole cluster
 * @param tenantArg the arg that names a job's tenant; tenants of a queue take turns. Null: one tenant
 * @param unique which jobs are the same one; null: none are
 */
public record JobKind<A>(
        String name,
        Class<A> args,
        String queue,
        int priority,
        RetryPolicy retry,
        @Nullable Duration timeout,
        Limits limits,
        @Nullable String tenantArg,
        @Nullable Unique unique) {

    public static final String DEFAULT_QUEUE = "default";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*([.-][a-z0-9]+)*");
    private static final Pattern QUEUE = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    /**
     * How many jobs of a kind run at once, counted over all workers and never exceeded.
     *
     * @param running of the kind; null: as many as there are slots
     * @param keyArg the arg whose value is the concurrency key; null: jobs have none unless it is given with the job
     * @param perKey of one concurrency key
     */
    public record Limits(
            @Nullable Integer running, @Nullable String keyArg, int perKey) {

        public static final Limits NONE = new Limits(null, null, 1);

        public Limits {
            if (running != null && running < 1) {
                throw new IllegalArgumentException("At least 1 job of a kind runs at once, was " + running);
            }
            if (perKey < 1) {
                throw new IllegalArgumentException("At least 1 job of a concurrency key runs at once, was " + perKey);
            }
        }
    }

    public JobKind {
        if (!NAME.matcher(name).matches() || name.length() > 120) {
            throw new IllegalArgumentException("A job kind is named in lower-case letters and digits joined by dots or"
                    + " hyphens, at most 120 of them, like usage.aggregate-day; was '" + name + "'");
        }
        if (!QUEUE.matcher(queue).matches()) {
            throw new IllegalArgumentException("A queue is named by 1 to 63 lower-case letters, digits, hyphens or"
                    + " underscores, a letter first; kind '" + name + "' has '" + queue + "'");
        }
        if (priority < -100 || priority > 100) {
            throw new IllegalArgumentException("A priority is from -100 to 100; kind '" + name + "' has " + priority);
        }
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("A timeout is longer than nothing; kind '" + name + "' has " + timeout);
        }
    }

    /** A kind on queue {@value #DEFAULT_QUEUE} with the default retries. */
    public static <A> JobKind<A> of(String name, Class<A> args) {
        return new JobKind<>(name, args, DEFAULT_QUEUE, 0, RetryPolicy.DEFAULT, null, Limits.NONE, null, null);
    }

    public JobKind<A> queue(String queue) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }

    public JobKind<A> priority(int priority) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }

    public JobKind<A> retry(RetryPolicy retry) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }

    /** Tries again after each of these delays in turn, and no more after the last. */
    public JobKind<A> retryAfter(Duration... delays) {
        return retry(RetryPolicy.after(List.copyOf(Arrays.asList(delays))));
    }

    /** Fails for good at the first failure. */
    public JobKind<A> neverRetry() {
        return retryAfter();
    }

    /** Interrupts an attempt that takes longer, which then counts as failed. */
    public JobKind<A> timeout(Duration timeout) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }

    /** At most so many jobs of this kind run at once. */
    public JobKind<A> concurrency(int running) {
        return limits(new Limits(running, limits.keyArg(), limits.perKey()));
    }

    /** At most so many jobs that agree in this arg run at once. */
    public JobKind<A> concurrencyPer(String arg, int running) {
        return limits(new Limits(limits.running(), arg, running));
    }

    public JobKind<A> limits(Limits limits) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }

    /** The arg that names the tenant on whose behalf a job runs. */
    public JobKind<A> tenant(String arg) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, arg, unique);
    }

    /** Enqueueing a job that is the same as another one answers that one's id and stores nothing. */
    public JobKind<A> unique(Unique unique) {
        return new JobKind<>(name, args, queue, priority, retry, timeout, limits, tenantArg, unique);
    }
}
