package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.FiSession;
import dev.rowrunner.accounts.fiu.SessionKeys;
import dev.rowrunner.postgres.Times;
import dev.rowrunner.secrets.RecordCipher;
import dev.rowrunner.secrets.SecretColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Requests for data. An account has one at most that has not ended: whichever attempt comes next goes on with it, and
 * spends no second request of the consent's frequency.
 */
@Repository
class Sessions {

    private static final String TABLE = "accounts.session";

    private static final String UNFINISHED = """
            SELECT s.id, s.session_id, s.txn_id, c.consent_id, s.data_from, s.data_to, s.keys, s.requested_at
            FROM accounts.session s JOIN accounts.consent c ON c.id = s.consent
            WHERE s.account = :account AND s.ended_at IS NULL
            """;

    /** One that the provider has not taken was not spent, unless it is on its way. */
    private static final String SPENT = """
            SELECT count(*) FROM accounts.session
            WHERE consent = :consent AND requested_at >= :since AND (session_id IS NOT NULL OR ended_at IS NULL)
            """;

    private static final String OPEN = """
            INSERT INTO accounts.session (id, account, consent, data_from, data_to, keys, requested_at)
            VALUES (:id, :account, :consent, :from, :to, :keys, :now)
            ON CONFLICT (account) WHERE ended_at IS NULL DO NOTHING
            """;

    private static final String TAKEN =
            "UPDATE accounts.session SET session_id = :session, txn_id = :txn WHERE id = :id AND ended_at IS NULL";

    private static final String END = """
            UPDATE accounts.session SET ended_at = :now, outcome = :outcome, keys = NULL, waiting_job = NULL
            WHERE account = :account AND ended_at IS NULL
            """;

    private static final String WAIT =
            "UPDATE accounts.session SET waiting_job = :job WHERE account = :account AND ended_at IS NULL";

    /** Only what is snoozed: a job that runs, or waits for its turn, will see for itself. */
    private static final String WAKE = """
            SELECT rowrunner.requeue(array_agg(s.waiting_job), :now)
            FROM accounts.session s JOIN rowrunner.job j ON j.id = s.waiting_job
            WHERE s.session_id = :session AND s.ended_at IS NULL AND j.state = 'SCHEDULED' HAVING count(*) > 0
            """;

    private static final String GIVE_UP = """
            UPDATE accounts.session SET ended_at = :now, outcome = 'GIVEN_UP', keys = NULL, waiting_job = NULL
            WHERE ended_at IS NULL AND requested_at < :before
            """;

    private static final String PRUNE = "DELETE FROM accounts.session WHERE ended_at < :before";

    private final JdbcClient jdbc;
    private final Consents consents;
    private final RecordCipher cipher;
    private final Clock clock;
    private final TransactionTemplate transaction;

    Sessions(
            JdbcClient jdbc,
            Consents consents,
            RecordCipher cipher,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.consents = consents;
        this.cipher = cipher;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Bean
    static SecretColumn sessionKeys() {
        return new SecretColumn(TABLE, "id", "keys");
    }

    /**
     * A request for one account's data.
     *
     * @param taken null: it is not known whether the provider has got it
     */
    record Session(
            UUID id, @Nullable FiSession taken, Instant from, Instant to, SessionKeys keys, Instant requestedAt) {

        Session taken(FiSession by) {
            return new Session(id, by, from, to, keys, requestedAt);
        }
    }

    Optional<Session> unfinished(Account account) {
        return jdbc.sql(UNFINISHED)
                .param("account", account.nr())
                .query((row, n) -> session(row))
                .optional();
    }

    private Session session(ResultSet row) throws SQLException {
        var id = row.getObject("id", UUID.class);
        var sessionId = row.getString("session_id");
        return new Session(
                id,
                sessionId == null
                        ? null
                        : new FiSession(sessionId, row.getString("txn_id"), row.getString("consent_id")),
                Times.known(row, "data_from"),
                Times.known(row, "data_to"),
                SessionKeys.fromBytes(cipher.decrypt(row.getBytes("keys"), record(id))),
                Times.known(row, "requested_at"));
    }

    /** Spends a request of the consent's frequency; nothing if none is left in this calendar unit. */
    Optional<Session> open(Account account, Instant from, Instant to) {
        return transaction.execute(status -> {
            var terms = consents.lock(account.consent()).terms();
            var now = clock.instant();
            return terms.frequency()
                            .allowsAfter(
                                    spent(account.consent(), terms.frequency().unitStart(now)))
                    ? Optional.of(
                            add(account, new Session(UUID.randomUUID(), null, from, to, SessionKeys.generate(), now)))
                    : Optional.empty();
        });
    }

    private long spent(UUID consent, Instant since) {
        return jdbc.sql(SPENT)
                .param("consent", consent)
                .param("since", Times.utc(since))
                .query(Long.class)
                .single();
    }

    private Session add(Account account, Session session) {
        int added = jdbc.sql(OPEN)
                .param("id", session.id())
                .param("account", account.nr())
                .param("consent", account.consent())
                .param("from", Times.utc(session.from()))
                .param("to", Times.utc(session.to()))
                .param("keys", cipher.encrypt(session.keys().toBytes(), record(session.id())))
                .param("now", Times.utc(session.requestedAt()))
                .update();
        if (added == 0) {
            throw new IllegalStateException("Another attempt is asking for the data of " + account);
        }
        return session;
    }

    /** The provider has taken the request. */
    void taken(Session session, FiSession by) {
        jdbc.sql(TAKEN)
                .param("id", session.id())
                .param("session", by.sessionId())
                .param("txn", by.txnId())
                .update();
    }

    /** Nobody goes on with it; its keys are deleted. */
    void end(Account account, String outcome) {
        jdbc.sql(END)
                .param("account", account.nr())
                .param("outcome", outcome)
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    /** A notification wakes the job from now on; null: none has to. */
    void waits(Account account, @Nullable UUID job) {
        jdbc.sql(WAIT).param("account", account.nr()).param("job", job).update();
    }

    /** Lets those run that wait for this session. */
    void wake(String sessionId) {
        jdbc.sql(WAKE)
                .param("session", sessionId)
                .param("now", Times.utc(clock.instant()))
                .query(UUID.class)
                .list();
    }

    /** Ends those that the provider has forgotten by now. */
    int giveUpBefore(Instant before) {
        return jdbc.sql(GIVE_UP)
                .param("before", Times.utc(before))
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    void pruneBefore(Instant before) {
        jdbc.sql(PRUNE).param("before", Times.utc(before)).update();
    }

    private static RecordCipher.Record record(UUID id) {
        return new RecordCipher.Record(TABLE, id.toString());
    }
}
