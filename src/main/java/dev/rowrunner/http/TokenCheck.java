package dev.rowrunner.http;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;

/**
 * Says whose secret it is. What the table said is remembered for {@link #REMEMBERED}, so that a busy caller costs no
 * query a request and a revoked token is refused everywhere that much later at most. Only live tokens are remembered:
 * made-up secrets can't fill the memory.
 */
@Component
class TokenCheck {

    static final Duration REMEMBERED = Duration.ofSeconds(5);

    private record Seen(Token token, Instant at) {}

    private final Tokens tokens;
    private final Clock clock;
    private final ConcurrentMap<ByteBuffer, Seen> seenByHash = new ConcurrentHashMap<>();

    TokenCheck(Tokens tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    Optional<Token> bearerOf(String text) {
        return Secret.of(text).flatMap(this::bearerOf);
    }

    private Optional<Token> bearerOf(Secret secret) {
        var seen = seenByHash.get(ByteBuffer.wrap(secret.hash()));
        return seen != null && isFresh(seen) ? Optional.of(seen.token()) : lookUp(secret);
    }

    /** A clock that was set back must not make an answer last longer. */
    private boolean isFresh(Seen seen) {
        var age = Duration.between(seen.at(), clock.instant());
        return !age.isNegative() && age.compareTo(REMEMBERED) < 0;
    }

    private Optional<Token> lookUp(Secret secret) {
        var hash = ByteBuffer.wrap(secret.hash());
        var asOf = clock.instant();
        var token = tokens.use(secret);
        token.ifPresentOrElse(live -> seenByHash.put(hash, new Seen(live, asOf)), () -> seenByHash.remove(hash));
        return token;
    }
}
