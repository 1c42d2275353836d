package dev.rowrunner.http;

import dev.rowrunner.runner.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The tokens of the HTTP interface and the dashboard. A secret leaves this class once, when its token is made. */
@Repository
public class Tokens {

    /** Who used a token when is worth a row version a minute, and not one a request. */
    static final Duration LAST_USE_EVERY = Duration.ofMinutes(1);

    private static final String INSERT = """
            INSERT INTO http.token (name, hash, role, tenant, business, created_at, expires_at)
            VALUES (:name, :hash, :role, :tenant, :business, :now, :expires)
            ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
            """;

    /** Of several processes that start at once one inserts, and the unique name stops the others. */
    private static final String INSERT_IF_NONE_EVER_WAS = """
            INSERT INTO http.token (name, hash, role, created_at)
            SELECT :name, :hash, :role, :now
            WHERE NOT EXISTS (SELECT FROM http.token)
            ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
            """;

    private static final String REVOKE = """
            UPDATE http.token SET revoked_at = :now
            WHERE name = :name AND revoked_at IS NULL
            """;

    private static final String LIVE = """
            SELECT name, role, tenant, business, created_at, expires_at, last_used_at
            FROM http.token
            WHERE revoked_at IS NULL
            ORDER BY name
            """;

    private static final String LIVE_WITH_HASH = """
            SELECT name, role, tenant, business, created_at, expires_at, last_used_at
            FROM http.token
            WHERE hash = :hash AND revoked_at IS NULL
            """;

    private static final String NOTE_USE = """
            UPDATE http.token SET last_used_at = :now
            WHERE hash = :hash AND (last_used_at IS NULL OR last_used_at <= :due)
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Tokens(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Makes a token that opens what its role does, until it is revoked. */
    public String create(String name, Role role) {
        return create(Grant.of(name, role));
    }

    /**
     * Makes a token that opens what the grant says.
     *
     * @return its secret, which can't be had again
     * @throws IllegalArgumentException if a live token has the name
     */
    @Transactional
    public String create(Grant grant) {
        var secret = Secret.random();
        if (insert(grant, secret) == 0) {
            throw new IllegalArgumentException("A live token is named '" + grant.name()
                    + "' already. Choose another name, or revoke that one first: token revoke " + grant.name());
        }
        return secret.reveal();
    }

    /** Makes an admin token if there never was any token, not even one that is revoked by now. */
    @Transactional
    public Optional<String> createFirst(String name) {
        var secret = Secret.random();
        int created = jdbc.sql(INSERT_IF_NONE_EVER_WAS)
                .param("name", name)
                .param("hash", secret.hash())
                .param("role", Role.ADMIN.word())
                .param("now", now())
                .update();
        return created == 0 ? Optional.empty() : Optional.of(secret.reveal());
    }

    /**
     * Ends a token.
     *
     * @throws IllegalArgumentException if no live token has the name
     */
    @Transactional
    public void revoke(String name) {
        if (jdbc.sql(REVOKE).param("name", name).param("now", now()).update() == 0) {
            throw new IllegalArgumentException(
                    "No live token is named '" + name + "'. The live ones are listed by: token list");
        }
    }

    /** The tokens that were not revoked, by name; some may have expired. */
    public List<Token> live() {
        return jdbc.sql(LIVE).query((row, number) -> token(row)).list();
    }

    /** The live token that has this secret. Notes that it was used. */
    Optional<Token> use(Secret secret) {
        var token = jdbc.sql(LIVE_WITH_HASH)
                .param("hash", secret.hash())
                .query((row, number) -> token(row))
                .optional();
        token.filter(this::useIsDue).ifPresent(due -> noteUse(secret));
        return token;
    }

    private boolean useIsDue(Token token) {
        var lastUsedAt = token.lastUsedAt();
        return lastUsedAt == null || !lastUsedAt.isAfter(clock.instant().minus(LAST_USE_EVERY));
    }

    private void noteUse(Secret secret) {
        jdbc.sql(NOTE_USE)
                .param("hash", secret.hash())
                .param("now", now())
                .param("due", now().minus(LAST_USE_EVERY))
                .update();
    }

    private int insert(Grant grant, Secret secret) {
        var now = now();
        return jdbc.sql(INSERT)
                .param("name", grant.name())
                .param("hash", secret.hash())
                .param("role", grant.role().word())
                .param("tenant", grant.tenant())
                .param("business", grant.business())
                .param("now", now)
                .param("expires", grant.lasts() == null ? null : now.plus(grant.lasts()))
                .update();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static Token token(ResultSet row) throws SQLException {
        return new Token(
                row.getString("name"),
                Role.ofWord(row.getString("role")),
                row.getString("tenant"),
                row.getString("business"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instantOrNull(row.getObject("expires_at", OffsetDateTime.class)),
                instantOrNull(row.getObject("last_used_at", OffsetDateTime.class)));
    }

    private static @Nullable Instant instantOrNull(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
