package dev.rowrunner.runner;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one job differs from what its kind says. Immutable; each method answers a changed copy of {@link #NONE} and its
 * likes. What is null is as the kind says.
 *
 * @param queue an existing queue
 * @param priority -100 to 100
 * @param tenant on whose behalf it runs
 * @param uniqueKey another job of the kind with this key is the same job; for as long as the kind says, or else while
 *     unfinished
 * @param concurrencyKey so many of one key run at once as the kind says, or else one
 * @param runAt not before this
 * @param delay not before so long from now
 */
public record JobOptions(
        @Nullable String queue,
        @Nullable Integer priority,
        @Nullable String tenant,
        @Nullable String uniqueKey,
        @Nullable String concurrencyKey,
        @Nullable Instant runAt,
        @Nullable Duration delay) {

    public static final JobOptions NONE = new JobOptions(null, null, null, null, null, null, null);

    public JobOptions {
        if (delay != null && delay.isNegative()) {
            throw new IllegalArgumentException("A job can't be delayed by less than nothing, was " + delay);
        }
        if (priority != null && (priority < -100 || priority > 100)) {
            throw new IllegalArgumentException("A priority is from -100 to 100, was " + priority);
        }
        if (delay != null && runAt != null) {
            throw new IllegalArgumentException("A job has a delay or a time, not both: " + delay + ", " + runAt);
        }
    }

    public JobOptions queue(String queue) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions priority(int priority) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions tenant(String tenant) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions uniqueKey(String uniqueKey) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions concurrencyKey(String concurrencyKey) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions at(Instant runAt) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    public JobOptions delay(Duration delay) {
        return new JobOptions(queue, priority, tenant, uniqueKey, concurrencyKey, runAt, delay);
    }

    /** When the job is due, or null for at once. */
    public @Nullable Instant dueAt(Instant now) {
        return delay == null ? runAt : now.plus(delay);
    }
}
