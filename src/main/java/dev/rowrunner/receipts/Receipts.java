package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rowrunner.postgres.Times;
import dev.rowrunner.receipts.extraction.Extraction;
import dev.rowrunner.receipts.extraction.Origin;
import dev.rowrunner.receipts.extraction.Receipt;
import dev.rowrunner.runner.Summary;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The receipts of businesses. One counts once, however often and in whatever mail it comes. */
@Repository
class Receipts {

    private static final String ADD = """
            INSERT INTO receipts.receipt (business, message_id, content_hash, vendor, date, total, tax, currency, number, confidence,
                                          origins, stored_at)
            VALUES (:business, :messageId, :contentHash, :vendor, :date, :total, :tax, :currency, :number, :confidence,
                    :origins::jsonb, :now)
            ON CONFLICT DO NOTHING
            RETURNING id
            """;

    private static final String SAME = """
            SELECT id FROM receipts.receipt
            WHERE business = :business AND (message_id = :messageId OR content_hash = :contentHash) ORDER BY id LIMIT 1
            """;

    /** What an earlier version of a mail has said, and no other mail. */
    private static final String FORGET = """
            DELETE FROM receipts.receipt r USING receipts.message m
            WHERE m.nr = :nr AND m.receipt = r.id
              AND NOT EXISTS (SELECT FROM receipts.message other WHERE other.receipt = r.id AND other.nr <> m.nr)
            """;

    private static final String SELECT = """
            SELECT id, business, vendor, date, total, tax, currency, number, confidence, origins, message_id, subject, sender, sent_at,
                   stored_at
            FROM public.receipts
            WHERE (cast(:business AS text) IS NULL OR business = :business)
              AND (cast(:from AS date) IS NULL OR date >= :from) AND (cast(:to AS date) IS NULL OR date <= :to)
            """;

    private static final String PAGE = SELECT + "ORDER BY date DESC NULLS LAST, id DESC LIMIT :limit OFFSET :offset";

    private static final String NEXT = SELECT + "AND id > :after ORDER BY id LIMIT :limit";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    Receipts(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** Whether it is new, and which it is. */
    record Stored(long id, boolean added) {}

    /** Adds it, unless it is there already. */
    Stored add(String business, Extraction extraction, Receipt receipt) {
        return insert(business, extraction, receipt)
                .map(id -> new Stored(id, true))
                .orElseGet(() -> new Stored(same(business, extraction), false));
    }

    private Optional<Long> insert(String business, Extraction extraction, Receipt receipt) {
        return jdbc.sql(ADD)
                .param("business", business)
                .param("messageId", extraction.messageId())
                .param("contentHash", extraction.contentHash())
                .param("vendor", receipt.vendor())
                .param("date", receipt.date())
                .param("total", receipt.total())
                .param("tax", receipt.tax())
                .param("currency", receipt.currency())
                .param("number", receipt.number())
                .param("confidence", receipt.confidence())
                .param("origins", origins(receipt))
                .param("now", Times.utc(clock.instant()))
                .query(Long.class)
                .optional();
    }

    private long same(String business, Extraction extraction) {
        return jdbc.sql(SAME)
                .param("business", business)
                .param("messageId", extraction.messageId())
                .param("contentHash", extraction.contentHash())
                .query(Long.class)
                .single();
    }

    private String origins(Receipt receipt) {
        var origins = new TreeMap<String, String>();
        receipt.origins()
                .forEach((Receipt.Field field, Origin origin) ->
                        origins.put(field.name().toLowerCase(Locale.ROOT), origin.text()));
        return json.writeValueAsString(origins);
    }

    /** Forgets what a mail that is to be read has said when it had other content. */
    void forget(long message) {
        jdbc.sql(FORGET).param("nr", message).update();
    }

    /** A receipt as it is stored and shown. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            long id,
            String business,
            @Nullable String vendor,
            @Nullable LocalDate date,
            BigDecimal total,
            @Nullable BigDecimal tax,
            String currency,
            @Nullable String number,
            @Summary("0 to 1") BigDecimal confidence,

            @Summary("For each field where it was found, such as json-ld or pdf text")
            Map<String, String> origins,

            String messageId,
            @Nullable String subject,
            @Nullable String sender,
            @Nullable Instant sentAt,
            Instant storedAt) {}

    /** Which receipts somebody wants: of one business or of all, of these days or of any. */
    record Filter(
            @Nullable String business,
            @Nullable LocalDate from,
            @Nullable LocalDate to) {}

    /** The newest first. */
    List<Row> list(Filter filter, int limit, long offset) {
        return select(PAGE, filter)
                .param("limit", limit)
                .param("offset", offset)
                .query((row, n) -> row(row))
                .list();
    }

    /** In the order of their storing. */
    List<Row> after(long id, Filter filter, int limit) {
        return select(NEXT, filter)
                .param("after", id)
                .param("limit", limit)
                .query((row, n) -> row(row))
                .list();
    }

    private JdbcClient.StatementSpec select(String sql, Filter filter) {
        return jdbc.sql(sql)
                .param("business", filter.business())
                .param("from", filter.from())
                .param("to", filter.to());
    }

    private Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getString("business"),
                row.getString("vendor"),
                row.getObject("date", LocalDate.class),
                row.getBigDecimal("total"),
                row.getBigDecimal("tax"),
                row.getString("currency"),
                row.getString("number"),
                row.getBigDecimal("confidence"),
                json.readValue(row.getString("origins"), new TypeReference<Map<String, String>>() {}),
                row.getString("message_id"),
                row.getString("subject"),
                row.getString("sender"),
                Times.instant(row, "sent_at"),
                Times.known(row, "stored_at"));
    }
}
