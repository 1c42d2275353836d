package dev.rowrunner.receipts;

import dev.rowrunner.postgres.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads connections for people: without what is secret, with what became of their mails. */
@Repository
class ConnectionList {

    private static final String SELECT = """
            SELECT business, source, settings, status, reason, resume_at, synced_at, messages, changed_at FROM receipt_connections
            WHERE cast(:business AS text) IS NULL OR business = :business ORDER BY business
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    ConnectionList(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** @param business null: all */
    List<ConnectionController.Entry> entries(@Nullable String business) {
        return jdbc.sql(SELECT)
                .param("business", business)
                .query((row, n) -> entry(row))
                .list();
    }

    private ConnectionController.Entry entry(ResultSet row) throws SQLException {
        return new ConnectionController.Entry(
                row.getString("business"),
                SourceType.ofWord(row.getString("source")).orElseThrow(),
                json.readValue(row.getString("settings"), SourceSettings.class),
                row.getString("status"),
                row.getString("reason"),
                Times.instant(row, "resume_at"),
                Times.instant(row, "synced_at"),
                json.readValue(row.getString("messages"), new TypeReference<Map<String, Long>>() {}),
                Times.known(row, "changed_at"));
    }
}
