package dev.rowrunner.receipts;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.receipts.extraction.Extraction;
import dev.rowrunner.receipts.sources.Source;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The mails that sources have listed, and what became of each. */
@Repository
class Messages {

    /**
     * One that was there is left alone, unless it has other content now; of one that is listed twice, as a file is that moves
     * meanwhile, the later counts. Answers what is to be read.
     */
    private static final String LIST = """
            INSERT INTO receipts.message AS m (business, connection, source_id, place, version, sync_job, listed_at)
            SELECT :business, :connection, id, place, version, :job, :now
            FROM (SELECT DISTINCT ON (id) *
                  FROM unnest(:ids::text[], :places::text[], :versions::text[]) WITH ORDINALITY AS l(id, place, version, n)
                  ORDER BY id, n DESC) AS listed
            ORDER BY n
            ON CONFLICT (connection, source_id) DO UPDATE
            SET place = excluded.place, version = excluded.version, state = 'listed', reason = NULL, extracted_at = NULL,
                receipt = CASE WHEN m.state = 'receipt' THEN m.receipt END, sync_job = excluded.sync_job, listed_at = excluded.listed_at
            WHERE m.version <> excluded.version
            RETURNING nr
            """;

    private static final String SELECT =
            "SELECT nr, business, connection, source_id, place, version, state FROM receipts.message WHERE nr = :nr";

    private static final String END = """
            UPDATE receipts.message
            SET state = :state, reason = :reason, message_id = :messageId, subject = :subject, sender = :sender, sent_at = :sentAt,
                notes = :notes::jsonb, receipt = :receipt, extracted_at = :now
            WHERE nr = :nr
            """;

    /** Not of one that another attempt has read. */
    private static final String GONE = """
            UPDATE receipts.message SET state = 'gone', reason = :reason, extracted_at = :now
            WHERE nr = :nr AND state = 'listed'
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    Messages(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** A mail as its source has listed it. */
    record Message(long nr, String business, UUID connection, Source.Listed listed, boolean isToBeRead) {}

    /** Stores what is new. Answers the numbers of the mails that are to be read. */
    List<Long> list(Connection connection, List<Source.Listed> listed, UUID job) {
        return jdbc.sql(LIST)
                .param("business", connection.business())
                .param("connection", connection.id())
                .param("job", job)
                .param("now", Times.utc(clock.instant()))
                .param("ids", listed.stream().map(Source.Listed::id).toArray(String[]::new))
                .param("places", listed.stream().map(Source.Listed::place).toArray(String[]::new))
                .param("versions", listed.stream().map(Source.Listed::version).toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    Optional<Message> find(long nr) {
        return one(SELECT, nr);
    }

    /** Locked until the transaction ends. */
    Optional<Message> lock(long nr) {
        return one(SELECT + " FOR NO KEY UPDATE", nr);
    }

    private Optional<Message> one(String sql, long nr) {
        return jdbc.sql(sql).param("nr", nr).query((row, n) -> message(row)).optional();
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(
                row.getLong("nr"),
                row.getString("business"),
                row.getObject("connection", UUID.class),
                new Source.Listed(row.getString("source_id"), row.getString("place"), row.getString("version")),
                row.getString("state").equals("listed"));
    }

    /** @param receipt its own, or the one that it repeats */
    void end(long nr, String state, @Nullable String reason, Extraction extraction, @Nullable Long receipt) {
        jdbc.sql(END)
                .param("nr", nr)
                .param("state", state)
                .param("reason", reason)
                .param("messageId", extraction.messageId())
                .param("subject", extraction.subject())
                .param("sender", extraction.sender())
                .param("sentAt", Times.utc(extraction.sentAt()))
                .param("notes", json.writeValueAsString(extraction.notes()))
                .param("receipt", receipt)
                .param("now", Times.utc(clock.instant()))
                .update();
    }

    void gone(long nr, String reason) {
        jdbc.sql(GONE)
                .param("nr", nr)
                .param("reason", reason)
                .param("now", Times.utc(clock.instant()))
                .update();
    }
}
