package dev.rowrunner.receipts;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.secrets.RecordCipher;
import dev.rowrunner.secrets.SecretColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** The sources that businesses are connected to: one each. */
@Repository
class Connections {

    private static final String TABLE = "receipts.connection";

    private static final String SELECT = """
            SELECT id, business, source, settings, secret, status = 'active' AS active, reason, resume_at, changed_at
            FROM receipts.connection
            """;

    private static final String ADD = """
            INSERT INTO receipts.connection (id, business, source, settings, secret, created_at, changed_at)
            VALUES (:id, :business, :source, :settings::jsonb, :secret, :now, :now)
            ON CONFLICT (business) DO NOTHING
            """;

    private static final String ADD_CURSOR = "INSERT INTO receipts.cursor (connection) VALUES (:id)";

    private static final String RENEW = """
            UPDATE receipts.connection
            SET settings = :settings::jsonb, secret = :secret, status = 'active', reason = NULL, backoffs = 0, resume_at = NULL,
                changed_at = :now
            WHERE id = :id
            """;

    /** Not of one that was set up anew meanwhile. */
    private static final String STOP = """
            UPDATE receipts.connection SET status = 'reconnect needed', reason = :reason
            WHERE id = :id AND changed_at = :changedAt
            """;

    /** Twice as long each time, up to 17 minutes; those who ask at the same time count once. */
    private static final String BACK_OFF = """
            UPDATE receipts.connection
            SET backoffs = backoffs + 1,
                resume_at = greatest(resume_at, :now + coalesce(:seconds, 2 ^ least(backoffs, 10)) * interval '1 second')
            WHERE id = :id AND (resume_at IS NULL OR resume_at <= :now)
            """;

    private static final String WELL =
            "UPDATE receipts.connection SET backoffs = 0, resume_at = NULL WHERE id = :id AND backoffs > 0";

    /** Whatever a source says. */
    private static final Duration LONGEST_REST = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final RecordCipher cipher;
    private final Jobs jobs;
    private final JsonMapper json;
    private final Clock clock;

    Connections(JdbcClient jdbc, RecordCipher cipher, Jobs jobs, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.jobs = jobs;
        this.json = json;
        this.clock = clock;
    }

    @Bean
    static SecretColumn receiptSecrets() {
        return new SecretColumn(TABLE, "id", "secret");
    }

    Optional<Connection> ofBusiness(String business) {
        return jdbc.sql(SELECT + "WHERE business = :business")
                .param("business", business)
                .query((row, n) -> connection(row))
                .optional();
    }

    Optional<Connection> find(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id")
                .param("id", id)
                .query((row, n) -> connection(row))
                .optional();
    }

    List<Connection> ofSource(SourceType source) {
        return jdbc.sql(SELECT + "WHERE source = :source ORDER BY business")
                .param("source", source.word())
                .query((row, n) -> connection(row))
                .list();
    }

    /**
     * Connects a business, in place of what it was connected to before. The same mailbox goes on where its sync has
     * stopped; what was listed and could not be fetched is fetched now.
     */
    @Transactional
    public void connect(String business, SourceType source, SourceSettings settings, @Nullable String secret) {
        var before = lock(business);
        if (before.isPresent()
                && before.get().source() == source
                && before.get().settings().isSameMailbox(settings)) {
            renew(before.get(), settings, secret);
            return;
        }
        before.ifPresent(connection -> remove(connection.business()));
        add(business, source, settings, secret);
    }

    private Optional<Connection> lock(String business) {
        return jdbc.sql(SELECT + "WHERE business = :business FOR UPDATE")
                .param("business", business)
                .query((row, n) -> connection(row))
                .optional();
    }

    private void add(String business, SourceType source, SourceSettings settings, @Nullable String secret) {
        var id = UUID.randomUUID();
        int added = jdbc.sql(ADD)
                .param("id", id)
                .param("business", business)
                .param("source", source.word())
                .param("settings", json.writeValueAsString(settings))
                .param("secret", encrypted(secret, id))
                .param("now", Times.utc(clock.instant()))
                .update();
        if (added == 0) {
            throw new IllegalStateException("Business '" + business + "' is being connected by somebody else");
        }
        jdbc.sql(ADD_CURSOR).param("id", id).update();
    }

    private void renew(Connection connection, SourceSettings settings, @Nullable String secret) {
        jdbc.sql(RENEW)
                .param("id", connection.id())
                .param("settings", json.writeValueAsString(settings))
                .param("secret", encrypted(secret, connection.id()))
                .param("now", Times.utc(clock.instant()))
                .update();
        var waiting = jdbc.sql(
                        "SELECT nr FROM receipts.message WHERE connection = :id AND state = 'listed' ORDER BY nr")
                .param("id", connection.id())
                .query(Long.class)
                .list();
        jobs.enqueueAll(
                ExtractReceipt.KIND,
                waiting.stream()
                        .map(nr -> new ExtractReceipt.Args(connection.business(), nr))
                        .toList());
    }

    /** Its secret and its cursor go; mails and receipts stay. Answers whether there was any. */
    @Transactional
    public boolean remove(String business) {
        return jdbc.sql("DELETE FROM receipts.connection WHERE business = :business")
                        .param("business", business)
                        .update()
                > 0;
    }

    /** The source lets us in no more: it is left alone until somebody connects it anew. */
    void stop(Connection connection, String reason) {
        jdbc.sql(STOP)
                .param("id", connection.id())
                .param("changedAt", Times.utc(connection.changedAt()))
                .param("reason", reason)
                .update();
    }

    /** Answers until when the source is left alone. */
    Instant backOff(Connection connection, @Nullable Duration retryAfter) {
        var now = clock.instant();
        jdbc.sql(BACK_OFF)
                .param("id", connection.id())
                .param("seconds", retryAfter == null ? null : seconds(retryAfter))
                .param("now", Times.utc(now))
                .update();
        return find(connection.id())
                .map(Connection::resumeAt)
                .filter(at -> at.isAfter(now))
                .orElse(now.plusSeconds(1));
    }

    private static long seconds(Duration retryAfter) {
        return Math.max(1, Math.min(retryAfter.toSeconds(), LONGEST_REST.toSeconds()));
    }

    /** It has answered. */
    void well(Connection connection) {
        jdbc.sql(WELL).param("id", connection.id()).update();
    }

    private byte @Nullable [] encrypted(@Nullable String secret, UUID id) {
        return secret == null ? null : cipher.encrypt(secret.getBytes(UTF_8), record(id));
    }

    private Connection connection(ResultSet row) throws SQLException {
        var id = row.getObject("id", UUID.class);
        var secret = row.getBytes("secret");
        return new Connection(
                id,
                row.getString("business"),
                SourceType.ofWord(row.getString("source")).orElseThrow(),
                json.readValue(row.getString("settings"), SourceSettings.class),
                secret == null ? null : new String(cipher.decrypt(secret, record(id)), UTF_8),
                row.getBoolean("active"),
                row.getString("reason"),
                Times.instant(row, "resume_at"),
                Times.known(row, "changed_at"));
    }

    private static RecordCipher.Record record(UUID id) {
        return new RecordCipher.Record(TABLE, id.toString());
    }
}
