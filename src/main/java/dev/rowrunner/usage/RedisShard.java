package dev.rowrunner.usage;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The counters of one shard while they are flushed, on a connection of its own, since it relies on WATCH. Redis holds
 * for each shard {@code usage-dirty:0} (counters that changed), {@code usage-flushing:0} (those of them that a flush has
 * set aside: what is counted on meanwhile is dirty again, so they can be let go without comparing) and
 * {@code usage-shard:0} (its {@link Progress}, and how often a counter was born again). Plain commands with thousands of
 * arguments, since a script takes four times as long for each.
 */
class RedisShard implements AutoCloseable {

    static final String SET = "usage-set";
    static final String[] PROGRESS = {"flush", "committed", "turn"};

    private static final LuaScript SET_ASIDE = LuaScript.load("set-aside");

    /** Dirty counters listed at a time; they are sorted, so that a batch touches neighbouring rows. */
    private static final int LISTED = 25_000;

    /** Redis does nothing else while it answers one such part. */
    private static final int PART = 2_000;

    private final int shard;
    private final RedisConnection owner;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> redis;

    RedisShard(int shard, RedisConnection owner) {
        this.shard = shard;
        this.owner = owner;
        this.connection = owner.open();
        this.redis = connection.async();
    }

    static String dirty(int shard) {
        return "usage-dirty:" + shard;
    }

    static String flushing(int shard) {
        return "usage-flushing:" + shard;
    }

    static String state(int shard) {
        return "usage-shard:" + shard;
    }

    /**
     * How far the shard has come.
     *
     * @param stamped number of the last flush that wrote its marks
     * @param committed number of the last flush that is known to have been committed as well
     * @param turn grows with each write: where it has not, what was listed is still to be flushed
     */
    record Progress(long stamped, long committed, long turn) {

        static Progress of(List<KeyValue<String, String>> state) {
            return new Progress(number(state.get(0)), number(state.get(1)), number(state.get(2)));
        }

        Progress afterStamp(long flush, long committedBefore) {
            return new Progress(flush, Math.max(committed, committedBefore), turn + 1);
        }

        Progress afterSettling(long committedNow) {
            return new Progress(stamped, Math.max(committed, committedNow), turn + 1);
        }

        private static long number(KeyValue<String, String> field) {
            return Long.parseLong(field.getValueOrElse("0"));
        }
    }

    // ---- listing

    /** Sets the dirty counters aside, unless an earlier flush has left some. Answers whether there are any. */
    boolean setAside() {
        String[] indexes = {dirty(shard), flushing(shard)};
        return asking(commands -> SET_ASIDE.run(connection.sync(), ScriptOutputType.BOOLEAN, indexes));
    }

    /** Hears of counters in parts, with the progress from before they were listed, and whether to go on. */
    interface Listener {
        boolean hear(Progress progress, List<String> sorted);
    }

    /** Hands over the counters that are set aside. Answers whether it came to the end. */
    boolean list(Listener listener) {
        var cursor = ScanCursor.INITIAL;
        do {
            var progress = progress();
            var keys = new ArrayList<String>(LISTED + PART);
            do {
                cursor = scan(cursor, keys);
            } while (!cursor.isFinished() && keys.size() < LISTED);
            if (!keys.isEmpty() && !listener.hear(progress, sorted(keys))) {
                return false;
            }
        } while (!cursor.isFinished());
        return true;
    }

    /** In the order of the rows, and each once: a scan may bring a key twice. */
    private static List<String> sorted(List<String> keys) {
        keys.sort(null);
        var once = new ArrayList<String>(keys.size());
        for (var key : keys) {
            if (once.isEmpty() || !key.equals(once.get(once.size() - 1))) {
                once.add(key);
            }
        }
        return once;
    }

    private Progress progress() {
        return asking(commands -> Progress.of(answer(commands.hmget(state(shard), PROGRESS))));
    }

    private ScanCursor scan(ScanCursor cursor, List<String> keys) {
        return asking(commands -> {
            var part = answer(commands.sscan(flushing(shard), cursor, ScanArgs.Builder.limit(PART)));
            keys.addAll(part.getValues());
            return part;
        });
    }

    // ---- flushing

    /**
     * Counters and their marks as they stood at one moment.
     *
     * @param set the id of the set of counters
     * @param values and marks in the order of the keys asked for; null where there is none
     */
    record Reading(UUID set, Progress progress, List<@Nullable String> values, List<@Nullable String> marks) {}

    /** Reads, and from then on watches: {@link #stamp} and {@link #settle} do nothing if others wrote meanwhile. */
    Reading read(List<CounterKey> keys) {
        var names = new CommandArgs<>(HeapCodec.INSTANCE);
        keys.forEach(key -> names.add(ascii(key.key())));
        keys.forEach(key -> names.add(ascii(key.markKey())));
        return asking(commands -> {
            commands.watch(SET, state(shard));
            var set = commands.hget(SET, "id");
            var progress = commands.hmget(state(shard), PROGRESS);
            var found = keys.isEmpty() ? null : commands.dispatch(CommandType.MGET, new Texts(), names);
            var texts = found == null ? List.<@Nullable String>of() : answer(found);
            return new Reading(
                    idOf(answer(set)),
                    Progress.of(answer(progress)),
                    texts.subList(0, keys.size()),
                    texts.subList(keys.size(), texts.size()));
        });
    }

    private static UUID idOf(@Nullable String set) {
        if (set == null) {
            throw new CountersUnavailable(
                    "Redis lost its counters in the middle of a flush; the next one counts anew", null);
        }
        return UUID.fromString(set);
    }

    /** What Redis answers to MGET: texts, null where there is none. */
    private static final class Texts extends CommandOutput<String, String, List<@Nullable String>> {

        Texts() {
            super(HeapCodec.INSTANCE, List.of());
        }

        @Override
        public void multi(int count) {
            output = new ArrayList<>(count);
        }

        @Override
        public void set(@Nullable ByteBuffer bytes) {
            output.add(bytes == null ? null : codec.decodeValue(bytes));
        }
    }

    /** Names of counters and numbers are nothing else. */
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Writes the new marks, and settles what was committed before. Does nothing if, since the reading, Redis lost its
     * counters, one was born again, or another flush was here: then this one has lost its connection to PostgreSQL, and
     * with it the shard, without noticing yet.
     *
     * @param progress the new one
     * @param settled counters that PostgreSQL has by now
     * @return whether it was done
     */
    boolean stamp(Progress progress, List<Entry> entries, List<String> settled) {
        var marks = new CommandArgs<>(HeapCodec.INSTANCE);
        for (var entry : entries) {
            marks.add(ascii(entry.key().markKey())).add(ascii(entry.mark().toString()));
        }
        return write(progress, marks, settled);
    }

    /** Takes counters off the index that PostgreSQL has, or never will. Answers whether it was done, as {@link #stamp}. */
    boolean settle(Progress progress, List<String> settled) {
        return write(progress, null, settled);
    }

    private boolean write(Progress progress, @Nullable CommandArgs<String, String> marks, List<String> settled) {
        return asking(commands -> {
            commands.multi();
            if (marks != null) {
                commands.dispatch(CommandType.MSET, new StatusOutput<>(HeapCodec.INSTANCE), marks);
            }
            if (!settled.isEmpty()) {
                var members = new CommandArgs<>(HeapCodec.INSTANCE).addKey(flushing(shard));
                settled.forEach(key -> members.add(ascii(key)));
                commands.dispatch(CommandType.SREM, new IntegerOutput<>(HeapCodec.INSTANCE), members);
            }
            commands.hset(
                    state(shard),
                    Map.of(
                            "flush", Long.toString(progress.stamped()),
                            "committed", Long.toString(progress.committed()),
                            "turn", Long.toString(progress.turn())));
            return !answer(commands.exec()).wasDiscarded();
        });
    }

    /** Ends the watch of a reading that nothing is written of. */
    void unwatch() {
        asking(commands -> answer(commands.unwatch()));
    }

    // ---- talking to Redis

    private <T> T answer(RedisFuture<T> future) {
        return LettuceFutures.awaitOrCancel(future, connection.getTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private <T> T asking(Function<RedisAsyncCommands<String, String>, T> question) {
        try {
            return question.apply(redis);
        } catch (RedisException | CancellationException e) {
            throw owner.unavailable(e);
        }
    }

    @Override
    public void close() {
        connection.closeAsync();
    }
}
