package dev.rowrunner.usage;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The counters in Redis. Beside {@code usage:*} it keeps {@code usage-mark:*} (a {@link Mark} for each counter),
 * {@code usage-dirty:0..3} (counters that changed since the last flush, by shard), {@code usage-event:*} (event ids) and
 * {@code usage-set} (the random id of this set of counters, how often one of it was born again, and for each shard its
 * last flush and how often it was settled). Every method throws {@link CountersUnavailable} when Redis is away.
 */
@Component
class RedisCounters {

    /** A counter belongs to one shard for good; shards are flushed side by side. */
    static final int SHARDS = 4;

    private static final int CHUNK = 1_000;

    /** Dirty counters listed at a time; they are sorted, so that a batch touches neighbouring rows. */
    private static final int LISTED = 25_000;

    private static final String[] NO_KEYS = {};

    private final LuaScript increment = LuaScript.load("increment");
    private final LuaScript discover = LuaScript.load("discover");
    private final LuaScript stamp = LuaScript.load("stamp");
    private final LuaScript settle = LuaScript.load("settle");

    private final RedisConnection connection;

    RedisCounters(RedisConnection connection) {
        this.connection = connection;
    }

    static int shardOf(String key) {
        return Math.floorMod(key.hashCode(), SHARDS);
    }

    private static String dirty(int shard) {
        return "usage-dirty:" + shard;
    }

    // ---- counting

    /** One script, so one step: all are counted or, where Redis is away, none. */
    List<UsageCounters.Outcome> increment(List<Increment> increments, Clock clock) {
        var keys = new String[increments.size()];
        var arguments = new String[3 * keys.length];
        for (int i = 0; i < keys.length; i++) {
            var one = increments.get(i);
            keys[i] = one.key(clock).key();
            arguments[3 * i] = Long.toString(one.by());
            arguments[3 * i + 1] = dirty(shardOf(keys[i]));
            arguments[3 * i + 2] = eventKey(one);
        }
        List<Object> answers = asking(redis -> increment.run(redis, ScriptOutputType.MULTI, keys, arguments));
        var outcomes = new ArrayList<UsageCounters.Outcome>(keys.length);
        for (int i = 0; i < keys.length; i++) {
            outcomes.add(outcomeOf(keys[i], answers.get(i)));
        }
        return outcomes;
    }

    private static String eventKey(Increment one) {
        return one.eventId() == null ? "" : "usage-event:" + one.merchant() + ":" + one.metric() + ":" + one.eventId();
    }

    private static UsageCounters.Outcome outcomeOf(String key, Object answer) {
        if (answer instanceof Long counted) {
            return counted == 1 ? UsageCounters.Outcome.COUNTED : UsageCounters.Outcome.DUPLICATE;
        }
        return new UsageCounters.Refused(
                answer.toString().contains("overflow")
                        ? "the counter " + key + " is full: it can't pass " + Long.MAX_VALUE
                        : "something other than a counter stands in Redis under " + key);
    }

    // ---- finding what changed

    /** Hands over the keys that match the pattern, in parts; a key may come twice. */
    void scan(String pattern, Consumer<List<String>> keys) {
        var arguments = ScanArgs.Builder.matches(pattern).limit(CHUNK);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            var at = cursor;
            var part = asking(redis -> redis.scan(at, arguments));
            if (!part.getKeys().isEmpty()) {
                keys.accept(part.getKeys());
            }
            cursor = part;
        } while (!cursor.isFinished());
    }

    /**
     * Marks as dirty those of the counters that are not as the last flush left them, or every one; starts the time to
     * live of the others.
     *
     * @return the type of each that is no string
     */
    Map<String, String> discover(List<String> keys, boolean every, Duration timeToLive) {
        var arguments = new String[keys.size() + 2];
        for (int i = 0; i < keys.size(); i++) {
            arguments[i] = dirty(shardOf(keys.get(i)));
        }
        arguments[keys.size()] = Long.toString(timeToLive.toMillis());
        arguments[keys.size() + 1] = every ? "1" : "0";
        List<String> strangers =
                asking(redis -> discover.run(redis, ScriptOutputType.MULTI, keys.toArray(String[]::new), arguments));
        var types = new LinkedHashMap<String, String>();
        for (int i = 0; i < strangers.size(); i += 2) {
            types.put(strangers.get(i), strangers.get(i + 1));
        }
        return types;
    }

    /**
     * Dirty counters as they were listed.
     *
     * @param settled how often until then counters of the shard were settled
     */
    record Listing(long settled, List<String> keys) {}

    /** Hands over the dirty counters of a shard that match the pattern, in parts; a key may come twice. */
    void scanDirty(int shard, String pattern, Consumer<Listing> dirtyCounters) {
        var arguments = ScanArgs.Builder.matches(pattern).limit(LISTED);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            var at = cursor;
            var settled = asking(redis -> redis.hget("usage-set", "settled-" + shard));
            var part = asking(redis -> redis.sscan(dirty(shard), at, arguments));
            if (!part.getValues().isEmpty()) {
                dirtyCounters.accept(new Listing(settled == null ? 0 : Long.parseLong(settled), part.getValues()));
            }
            cursor = part;
        } while (!cursor.isFinished());
    }

    /** How many counters are dirty. */
    long dirtyCount() {
        return asking(redis -> {
            long count = 0;
            for (int shard = 0; shard < SHARDS; shard++) {
                count += redis.scard(dirty(shard));
            }
            return count;
        });
    }

    // ---- flushing

    /** The number of the last flush of each shard that Redis knows of, in their order. */
    List<Long> lastFlushes() {
        return asking(redis -> IntStream.range(0, SHARDS)
                .mapToObj(shard -> redis.hget("usage-set", "flush-" + shard))
                .map(flush -> flush == null ? 0L : Long.parseLong(flush))
                .toList());
    }

    /**
     * Counters and their marks as they stood at one moment.
     *
     * @param run the id of the server's process
     * @param settled how often the shard was settled until the counters were listed, others' settling only
     * @param set the id of the set of counters, and how often one of it was born again: what {@link #stamp} compares
     * @param lastFlush the number of the shard's last flush
     * @param values and marks in the order of the keys asked for; null where there is none
     */
    record Reading(
            String run,
            long settled,
            UUID set,
            String reborn,
            long lastFlush,
            List<@Nullable String> values,
            List<@Nullable String> marks) {}

    Reading read(int shard, long settled, List<CounterKey> keys) {
        var names = new String[2 * keys.size()];
        for (int i = 0; i < keys.size(); i++) {
            names[i] = keys.get(i).key();
            names[keys.size() + i] = keys.get(i).markKey();
        }
        return asking(redis -> {
            var run = runId(redis.info("server"));
            var set = redis.hmget("usage-set", "id", "reborn", "flush-" + shard);
            var found = values(redis.mget(names));
            return new Reading(
                    run,
                    settled,
                    set.get(0).hasValue() ? UUID.fromString(set.get(0).getValue()) : newSet(redis),
                    set.get(1).getValueOrElse("0"),
                    Long.parseLong(set.get(2).getValueOrElse("0")),
                    found.subList(0, keys.size()),
                    found.subList(keys.size(), names.length));
        });
    }

    private static String runId(String info) {
        return info.lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow(() -> new RedisException("INFO server names no run_id"));
    }

    private static UUID newSet(RedisCommands<String, String> redis) {
        redis.hsetnx("usage-set", "id", UUID.randomUUID().toString());
        return UUID.fromString(redis.hget("usage-set", "id"));
    }

    private static List<@Nullable String> values(List<KeyValue<String, String>> found) {
        var values = new ArrayList<@Nullable String>(found.size());
        for (var one : found) {
            values.add(one.hasValue() ? one.getValue() : null);
        }
        return values;
    }

    /** Writes the new marks. False, with nothing written, if counters were lost, or flushed by another, since. */
    boolean stamp(int shard, Reading reading, long flush, List<Entry> entries) {
        var arguments = new String[6 + 2 * entries.size()];
        arguments[0] = reading.run();
        arguments[1] = reading.set().toString();
        arguments[2] = reading.reborn();
        arguments[3] = Integer.toString(shard);
        arguments[4] = Long.toString(flush);
        arguments[5] = Long.toString(reading.settled());
        for (int i = 0; i < entries.size(); i++) {
            arguments[6 + 2 * i] = entries.get(i).key().markKey();
            arguments[7 + 2 * i] = entries.get(i).mark().toString();
        }
        Long stamped = asking(redis -> stamp.run(redis, ScriptOutputType.INTEGER, NO_KEYS, arguments));
        return stamped == 1;
    }

    /**
     * Takes the counters that still hold what was committed off the dirty index.
     *
     * @param timeToLive starts now for those; null leaves that to the next search
     * @return how often the shard was settled, this time included; 0 if no counter was
     */
    long settle(int shard, List<String> keys, List<String> committed, @Nullable Duration timeToLive) {
        var arguments = new String[2 + committed.size()];
        arguments[0] = Integer.toString(shard);
        arguments[1] = timeToLive == null ? "" : Long.toString(timeToLive.toMillis());
        for (int i = 0; i < committed.size(); i++) {
            arguments[2 + i] = committed.get(i);
        }
        Long settled =
                asking(redis -> settle.run(redis, ScriptOutputType.INTEGER, keys.toArray(String[]::new), arguments));
        return settled;
    }

    /** Takes keys off the index that can't be flushed; a later SCAN finds them again. */
    void forget(int shard, List<String> keys) {
        asking(redis -> redis.srem(dirty(shard), keys.toArray(String[]::new)));
    }

    /** What stands under a key: null for nothing, its text for a string, {@code a hash} and the like otherwise. */
    @Nullable
    String describe(String key) {
        return asking(redis -> {
            var type = redis.type(key);
            return switch (type) {
                case "none" -> null;
                case "string" -> redis.get(key);
                default -> "a " + type;
            };
        });
    }

    // ---- talking to Redis

    private <T extends @Nullable Object> T asking(Function<RedisCommands<String, String>, T> question) {
        try {
            return question.apply(connection.commands());
        } catch (RedisException | CancellationException e) {
            throw new CountersUnavailable(reason(e), e);
        }
    }

    private String reason(RuntimeException e) {
        var cause = e.getCause() instanceof RedisCommandExecutionException refused ? refused : e;
        return "Redis at " + connection.address() + " does not take commands: " + cause.getMessage();
    }
}
