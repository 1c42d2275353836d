package dev.rowrunner.usage;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Counts usage. One round trip to Redis a call, in bulk too. */
@Component
public class UsageCounters {

    /** The most increments that one bulk call takes. */
    public static final int MOST_IN_BULK = 10_000;

    private final RedisCounters redis;
    private final Clock clock;

    UsageCounters(RedisCounters redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** What became of one increment. */
    public sealed interface Outcome {

        Outcome COUNTED = new Counted();
        Outcome DUPLICATE = new Duplicate();
    }

    public record Counted() implements Outcome {}

    /** The event id was counted before, so nothing was counted now. */
    public record Duplicate() implements Outcome {}

    /** The counter can't take it, since it is full (2^63 - 1) or something else stands under its key. */
    public record Refused(String reason) implements Outcome {}

    public Outcome increment(String merchant, String metric, long by) {
        return increment(Increment.of(merchant, metric, by));
    }

    public Outcome increment(String merchant, String metric, long by, @Nullable String eventId, @Nullable Instant at) {
        return increment(new Increment(merchant, metric, by, eventId, at));
    }

    /**
     * Counts once.
     *
     * @throws InvalidUsage if a field is out of bounds; nothing was counted
     * @throws CountersUnavailable if Redis is away; repeat it with an event id to be sure of counting once
     */
    public Outcome increment(Increment increment) {
        return incrementAll(List.of(increment)).get(0);
    }

    /**
     * Counts all, or, if one of them is out of bounds, none.
     *
     * @return what became of each, in their order
     * @throws InvalidUsage naming index and field
     * @throws CountersUnavailable if Redis is away; repeat it with event ids to be sure of counting once
     */
    public List<Outcome> incrementAll(List<Increment> increments) {
        if (increments.size() > MOST_IN_BULK) {
            throw new InvalidUsage(
                    "increments", "at most " + MOST_IN_BULK + " increments at a time, were " + increments.size());
        }
        for (int i = 0; i < increments.size(); i++) {
            check(increments, i);
        }
        return redis.increment(increments, clock);
    }

    private void check(List<Increment> increments, int index) {
        try {
            increments.get(index).check(clock);
        } catch (InvalidUsage invalid) {
            if (increments.size() == 1) {
                throw invalid;
            }
            throw new InvalidUsage(
                    "[" + index + "]." + invalid.field(), "increment " + index + ": " + invalid.getMessage());
        }
    }
}
