package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.Consent;
import dev.rowrunner.accounts.fiu.ConsentStatus;
import dev.rowrunner.accounts.fiu.ConsentTerms;
import dev.rowrunner.accounts.fiu.DataLife;
import dev.rowrunner.accounts.fiu.Frequency;
import dev.rowrunner.postgres.Times;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

/** What users agreed to. */
@Repository
class Consents {

    private static final String COLUMNS = """
            SELECT id, user_id, handle, consent_id, status, status_reason, customer, purpose_code, purpose, fi_types,
                   consent_types, frequency_unit, frequency_value, data_from, data_to, life_unit, life_value, starts_at,
                   expires_at, created_at, changed_at
            FROM accounts.consent
            """;

    private static final String LIST = COLUMNS + """
            WHERE (cast(:user AS text) IS NULL OR user_id = :user) AND (cast(:status AS text) IS NULL OR status = :status)
            ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset
            """;

    private static final String ADD = """
            INSERT INTO accounts.consent (id, user_id, status, customer, purpose_code, purpose, fi_types, consent_types,
                                          frequency_unit, frequency_value, data_from, data_to, life_unit, life_value,
                                          starts_at, expires_at, created_at, changed_at)
            VALUES (:id, :user, 'PENDING', :customer, :purposeCode, :purpose, :fiTypes::text[], :consentTypes::text[],
                    :frequencyUnit, :frequencyValue, :dataFrom, :dataTo, :lifeUnit, :lifeValue, :startsAt, :expiresAt, :now, :now)
            """;

    private static final String ASKED = """
            UPDATE accounts.consent SET handle = :handle, changed_at = :now WHERE id = :id AND handle IS NULL
            """;

    /** What is final stays so, however late the provider's news come. */
    private static final String CHANGE = """
            UPDATE accounts.consent SET status = :status, status_reason = :reason, changed_at = :now
            WHERE id = :id AND status <> :status AND status NOT IN ('REVOKED', 'EXPIRED', 'REJECTED')
            """;

    /** Every sync looks; mostly nothing has changed. */
    private static final String AGREED = """
            UPDATE accounts.consent
            SET consent_id = :consentId, customer = :customer, purpose_code = :purposeCode, purpose = :purpose,
                fi_types = :fiTypes::text[], consent_types = :consentTypes::text[], frequency_unit = :frequencyUnit,
                frequency_value = :frequencyValue, data_from = :dataFrom, data_to = :dataTo, life_unit = :lifeUnit,
                life_value = :lifeValue, starts_at = :startsAt, expires_at = :expiresAt, changed_at = :now
            WHERE id = :id
              AND (consent_id, customer, purpose_code, purpose, fi_types, consent_types, frequency_unit, frequency_value,
                   data_from, data_to, life_unit, life_value, starts_at, expires_at)
                  IS DISTINCT FROM
                  (:consentId, :customer, :purposeCode, :purpose, :fiTypes::text[], :consentTypes::text[], :frequencyUnit,
                   :frequencyValue, :dataFrom, :dataTo, :lifeUnit, :lifeValue, :startsAt, :expiresAt)
            """;

    private static final String EXPIRE = """
            UPDATE accounts.consent SET status = 'EXPIRED', status_reason = 'It held until then.', changed_at = :now
            WHERE status IN ('ACTIVE', 'PAUSED') AND expires_at <= :now
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Consents(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    Optional<ConsentRow> find(UUID id) {
        return one("WHERE id = :key", id);
    }

    /** Locked until the transaction ends. Whoever locks accounts and sessions as well locks consents before them. */
    ConsentRow lock(UUID id) {
        return one("WHERE id = :key FOR NO KEY UPDATE", id).orElseThrow();
    }

    Optional<ConsentRow> ofHandle(String handle) {
        return one("WHERE handle = :key", handle);
    }

    private Optional<ConsentRow> one(String condition, Object key) {
        return jdbc.sql(COLUMNS + condition)
                .param("key", key)
                .query((row, n) -> consent(row))
                .optional();
    }

    /** The newest first. */
    List<ConsentRow> list(@Nullable String userId, @Nullable ConsentStatus status, int limit, long offset) {
        return jdbc.sql(LIST)
                .param("user", userId)
                .param("status", status == null ? null : status.name())
                .param("limit", limit)
                .param("offset", offset)
                .query((row, n) -> consent(row))
                .list();
    }

    UUID add(String userId, ConsentTerms terms) {
        var id = UUID.randomUUID();
        withTerms(jdbc.sql(ADD), terms).param("id", id).param("user", userId).update();
        return id;
    }

    /** The provider was asked, and calls it by this handle. */
    void asked(UUID id, String handle) {
        jdbc.sql(ASKED)
                .param("id", id)
                .param("handle", handle)
                .param("now", now())
                .update();
    }

    /** Answers whether that is new. */
    boolean change(UUID id, ConsentStatus status, @Nullable String reason) {
        return jdbc.sql(CHANGE)
                        .param("id", id)
                        .param("status", status.name())
                        .param("reason", reason)
                        .param("now", now())
                        .update()
                > 0;
    }

    /** The terms are those that the customer has signed, which may be narrower than those asked for. */
    void agreed(UUID id, Consent consent) {
        withTerms(jdbc.sql(AGREED), consent.terms())
                .param("id", id)
                .param("consentId", consent.id())
                .update();
        change(id, consent.status(), null);
    }

    /** Of those that may be followed on: the customer may not have decided, or may resume a pause. */
    List<UUID> undecidedOrPaused() {
        return jdbc.sql("SELECT id FROM accounts.consent WHERE status IN ('PENDING', 'PAUSED') ORDER BY created_at")
                .query(UUID.class)
                .list();
    }

    List<ConsentRow> after(UUID id, int limit) {
        return jdbc.sql(COLUMNS + "WHERE id > :id ORDER BY id LIMIT :limit")
                .param("id", id)
                .param("limit", limit)
                .query((row, n) -> consent(row))
                .list();
    }

    /** Those whose time is up. Answers how many. */
    int expire() {
        return jdbc.sql(EXPIRE).param("now", now()).update();
    }

    private StatementSpec withTerms(StatementSpec statement, ConsentTerms terms) {
        return statement
                .param("customer", terms.customer())
                .param("purposeCode", terms.purposeCode())
                .param("purpose", terms.purpose())
                .param("fiTypes", terms.fiTypes().toArray(String[]::new))
                .param("consentTypes", terms.consentTypes().toArray(String[]::new))
                .param("frequencyUnit", terms.frequency().unit().name())
                .param("frequencyValue", terms.frequency().value())
                .param("dataFrom", Times.utc(terms.dataFrom()))
                .param("dataTo", Times.utc(terms.dataTo()))
                .param("lifeUnit", terms.dataLife().unit().name())
                .param("lifeValue", terms.dataLife().value())
                .param("startsAt", Times.utc(terms.start()))
                .param("expiresAt", Times.utc(terms.expiry()))
                .param("now", now());
    }

    private static ConsentRow consent(ResultSet row) throws SQLException {
        return new ConsentRow(
                row.getObject("id", UUID.class),
                row.getString("user_id"),
                row.getString("handle"),
                row.getString("consent_id"),
                ConsentStatus.valueOf(row.getString("status")),
                row.getString("status_reason"),
                terms(row),
                Times.known(row, "created_at"),
                Times.known(row, "changed_at"));
    }

    private static ConsentTerms terms(ResultSet row) throws SQLException {
        return new ConsentTerms(
                row.getString("customer"),
                row.getString("purpose_code"),
                row.getString("purpose"),
                texts(row.getArray("fi_types")),
                texts(row.getArray("consent_types")),
                new Frequency(Frequency.Unit.valueOf(row.getString("frequency_unit")), row.getInt("frequency_value")),
                Times.known(row, "data_from"),
                Times.known(row, "data_to"),
                new DataLife(DataLife.Unit.valueOf(row.getString("life_unit")), row.getInt("life_value")),
                Times.known(row, "starts_at"),
                Times.known(row, "expires_at"));
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    private @Nullable OffsetDateTime now() {
        return Times.utc(clock.instant());
    }
}
