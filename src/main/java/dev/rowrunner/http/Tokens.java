package dev.rowrunner.http;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tokens of the HTTP interface and the dashboard. A secret leaves this class once, when its token is made. */
@Repository
public class Tokens {

    /** Who used a token when is worth a row version a minute, and not one a request. */
    static final Duration LAST_USE_EVERY = Duration.ofMinutes(1);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private static final String INSERT = """
            INSERT INTO http.token (name, hash, role, created_at)
            VALUES (:name, :hash, :role, :now)
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
            SELECT name, role, created_at, last_used_at
            FROM http.token
            WHERE revoked_at IS NULL
            ORDER BY name
            """;

    private static final String LIVE_WITH_HASH = """
            SELECT name, role, created_at, last_used_at
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

    /**
     * Makes a token.
     *
     * @param name 1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first
     * @return its secret, which can't be had again
     * @throws IllegalArgumentException if the name is no such name, or a live token has it
     */
    public String create(String name, Role role) {
        refuseBadName(name);
        var secret = Secret.random();
        if (insert(INSERT, name, role, secret) == 0) {
            throw new IllegalArgumentException("A live token is named '" + name
                    + "' already. Choose another name, or revoke that one first: token revoke " + name);
        }
        return secret.reveal();
    }

    /** Makes an admin token if there never was any token, not even one that is revoked by now. */
    public Optional<String> createFirst(String name) {
        var secret = Secret.random();
        return insert(INSERT_IF_NONE_EVER_WAS, name, Role.ADMIN, secret) == 0
                ? Optional.empty()
                : Optional.of(secret.reveal());
    }

    /** @throws IllegalArgumentException if no live token has the name */
    void revoke(String name) {
        if (jdbc.sql(REVOKE).param("name", name).param("now", now()).update() == 0) {
            throw new IllegalArgumentException(
                    "No live token is named '" + name + "'. The live ones are listed by: token list");
        }
    }

    /** The live tokens by name. */
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

    private int insert(String sql, String name, Role role, Secret secret) {
        return jdbc.sql(sql)
                .param("name", name)
                .param("hash", secret.hash())
                .param("role", role.word())
                .param("now", now())
                .update();
    }

    private static void refuseBadName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A token is named by 1 to 63 letters, digits, dots, hyphens or"
                    + " underscores, a letter or digit first; was '" + name + "'.");
        }
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static Token token(ResultSet row) throws SQLException {
        return new Token(
                row.getString("name"),
                Role.ofWord(row.getString("role")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instantOrNull(row.getObject("last_used_at", OffsetDateTime.class)));
    }

    private static @Nullable Instant instantOrNull(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
