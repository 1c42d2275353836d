package dev.rowrunner.usage;

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
 * {@code usage-event:*} (event ids), {@code usage-set} (the random id of this set of counters), and what
 * {@link RedisShard} tells of. Every method throws {@link CountersUnavailable} when Redis is away.
 */
@Component
class RedisCounters {

    /** A counter belongs to one shard for good; shards are flushed side by side. */
    static final int SHARDS = 4;

    private static final int CHUNK = 1_000;

    private final LuaScript increment = LuaScript.load("increment");
    private final LuaScript discover = LuaScript.load("discover");

    private final RedisConnection connection;

    RedisCounters(RedisConnection connection) {
        this.connection = connection;
    }

    static int shardOf(String key) {
        return Math.floorMod(key.hashCode(), SHARDS);
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
            arguments[3 * i + 1] = RedisShard.dirty(shardOf(keys[i]));
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
     * live of the others, and deletes those that have almost none left.
     *
     * @return the type of each that is no string
     */
    Map<String, String> discover(List<String> keys, boolean every, Duration timeToLive, Duration almostUp) {
        var arguments = new String[keys.size() + 3];
        for (int i = 0; i < keys.size(); i++) {
            arguments[i] = Integer.toString(shardOf(keys.get(i)));
        }
        arguments[keys.size()] = Long.toString(timeToLive.toMillis());
        arguments[keys.size() + 1] = Long.toString(almostUp.toMillis());
        arguments[keys.size() + 2] = every ? "1" : "0";
        List<String> strangers =
                asking(redis -> discover.run(redis, ScriptOutputType.MULTI, keys.toArray(String[]::new), arguments));
        var types = new LinkedHashMap<String, String>();
        for (int i = 0; i < strangers.size(); i += 2) {
            types.put(strangers.get(i), strangers.get(i + 1));
        }
        return types;
    }

    /** Hands over the dirty counters of a shard that match the pattern, in parts; a key may come twice. */
    void scanDirty(int shard, String pattern, Consumer<List<String>> dirtyCounters) {
        scan(RedisShard.dirty(shard), pattern, dirtyCounters);
        scan(RedisShard.flushing(shard), pattern, dirtyCounters);
    }

    private void scan(String index, String pattern, Consumer<List<String>> members) {
        var arguments = ScanArgs.Builder.matches(pattern).limit(CHUNK);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            var at = cursor;
            var part = asking(redis -> redis.sscan(index, at, arguments));
            members.accept(part.getValues());
            cursor = part;
        } while (!cursor.isFinished());
    }

    /** How many counters are dirty; one that is counted on while it is flushed is counted twice. */
    long dirtyCount() {
        return asking(redis -> {
            long count = 0;
            for (int shard = 0; shard < SHARDS; shard++) {
                count += redis.scard(RedisShard.dirty(shard)) + redis.scard(RedisShard.flushing(shard));
            }
            return count;
        });
    }

    // ---- flushing

    /** How far each shard has come, in their order. */
    List<RedisShard.Progress> progress() {
        return asking(redis -> IntStream.range(0, SHARDS)
                .mapToObj(shard -> RedisShard.Progress.of(redis.hmget(RedisShard.state(shard), RedisShard.PROGRESS)))
                .toList());
    }

    /** Opens a shard for a flush, on a connection of its own. */
    RedisShard open(int shard) {
        return asking(redis -> {
            redis.hsetnx(RedisShard.SET, "id", UUID.randomUUID().toString());
            return new RedisShard(shard, connection);
        });
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
            throw connection.unavailable(e);
        }
    }
}
