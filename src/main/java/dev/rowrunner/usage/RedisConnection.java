package dev.rowrunner.usage;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The connections to Redis: one that all share, opened when it is needed and again when it was lost, and one for each
 * flush. The client library does not reconnect by itself: it would send again what was under way, and an increment
 * might count twice.
 */
@Component
class RedisConnection {

    /** So that an operator finds it in CLIENT LIST. */
    static final String NAME = "rowrunner-usage";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

    /** After a failure, callers are refused at once for this long, rather than wait in line to fail. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** A millisecond apart. */
    private static final int MOST_PINGS = 50;

    private final RedisURI uri;
    private final RedisClient client;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private @Nullable RedisException lastFailure;
    private long failedAt;

    RedisConnection(@Value("${rowrunner.redis-url}") String url) {
        this.uri = RedisURI.create(url);
        uri.setTimeout(CONNECT_TIMEOUT);
        uri.setClientName(NAME);
        this.client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .build())
                .build());
    }

    /** @throws RedisException if Redis can't be reached */
    RedisCommands<String, String> commands() {
        var current = connection;
        return (current != null && current.isOpen() ? current : reconnect()).sync();
    }

    /**
     * A connection of the caller's own, for what can't share one. It does not reconnect either: as long as it lives, it
     * speaks to the same process, which remembers all that it has said.
     *
     * @throws RedisException if Redis can't be reached
     */
    StatefulRedisConnection<String, String> open() {
        var opened = client.connect(HeapCodec.INSTANCE);
        opened.setTimeout(COMMAND_TIMEOUT);
        awaitReady(opened);
        return opened;
    }

    /** The library says that it is connected a moment before it takes commands, and refuses those that come between. */
    private static void awaitReady(StatefulRedisConnection<String, String> opened) {
        for (int tries = 1; ; tries++) {
            try {
                opened.sync().ping();
                return;
            } catch (RedisException e) {
                if (tries == MOST_PINGS || !opened.isOpen()) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private synchronized StatefulRedisConnection<String, String> reconnect() {
        var current = connection;
        if (current != null && current.isOpen()) {
            return current;
        }
        if (lastFailure != null && System.nanoTime() - failedAt < PAUSE.toNanos()) {
            throw lastFailure;
        }
        return connect(current);
    }

    private StatefulRedisConnection<String, String> connect(@Nullable StatefulRedisConnection<String, String> lost) {
        if (lost != null) {
            lost.closeAsync();
        }
        try {
            var opened = open();
            connection = opened;
            lastFailure = null;
            return opened;
        } catch (RedisException e) {
            lastFailure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    CountersUnavailable unavailable(RuntimeException e) {
        var cause = e.getCause() instanceof RedisCommandExecutionException refused ? refused : e;
        return new CountersUnavailable("Redis at " + address() + " does not take commands: " + cause.getMessage(), e);
    }

    /** Host and port, without credentials. */
    String address() {
        return uri.getHost() + ":" + uri.getPort();
    }

    @PreDestroy
    void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
