package dev.rowrunner.embedded;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Opens single connections to Redis, and says in one line why one can't be had. */
final class RedisConnections {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private RedisConnections() {}

    /** A client that neither reconnects nor waits long. Answers come as protocol 2 has them. */
    static RedisClient client(RedisUrl url) {
        var client = RedisClient.create(url.uri());
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .protocolVersion(ProtocolVersion.RESP2)
                .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).build())
                .build());
        return client;
    }

    /**
     * @param variable what the URL came from, for the error to name
     * @throws IllegalStateException in one line: the variable, the server and the cause
     */
    static void requireUsable(String variable, RedisUrl url) {
        var client = client(url);
        try (var connection = client.connect()) {
            connection.setTimeout(PATIENCE);
            connection.sync().ping();
        } catch (RedisException e) {
            throw new IllegalStateException(
                    "%s: no connection to Redis at %s: %s".formatted(variable, url.place(), causeOf(e)), e);
        } finally {
            client.shutdown(Duration.ZERO, PATIENCE);
        }
    }

    static String causeOf(Throwable failure) {
        var deepest = failure;
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException) {
                return authenticationCauseOf(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof UnknownHostException) {
                return "unknown host";
            }
            if (cause instanceof ConnectTimeoutException || cause instanceof RedisCommandTimeoutException) {
                return "no answer within " + PATIENCE.toSeconds() + " s";
            }
            if (cause instanceof ConnectException) {
                return "connection refused";
            }
            if (cause instanceof SSLException) {
                return "TLS failed: " + cause.getMessage();
            }
            deepest = cause;
        }
        return String.valueOf(deepest.getMessage());
    }

    private static String authenticationCauseOf(String answer) {
        if (answer.startsWith("NOAUTH")) {
            return "it asks for a password (NOAUTH) and the URL has none";
        }
        if (answer.startsWith("WRONGPASS")) {
            return "wrong user name or password (WRONGPASS)";
        }
        return answer;
    }
}
