package dev.rowrunner.usage;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The one connection to Redis, opened when it is first needed. A command is sent at most once: repeated after a
 * reconnection, an increment might count twice.
 */
@Component
class RedisConnection {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final RedisURI uri;
    private final RedisClient client;
    private @Nullable StatefulRedisConnection<String, String> connection;

    RedisConnection(@Value("${rowrunner.redis-url}") String url) {
        this.uri = RedisURI.create(url);
        uri.setTimeout(TIMEOUT);
        this.client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(TIMEOUT)
                        .keepAlive(true)
                        .build())
                .build());
    }

    synchronized RedisCommands<String, String> commands() {
        if (connection == null) {
            connection = client.connect();
        }
        return connection.sync();
    }

    Duration timeout() {
        return TIMEOUT;
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
