package dev.rowrunner.receipts;

import dev.rowrunner.postgres.Times;
import dev.rowrunner.receipts.sources.Source;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** How far each mailbox was listed. */
@Repository
class Cursors {

    private static final String READ =
            "SELECT connection, position, scan, job, revision, listed, total FROM receipts.cursor WHERE connection = :connection";

    /** The revision proves that nobody else has listed meanwhile. */
    private static final String MOVE = """
            UPDATE receipts.cursor
            SET position = coalesce(:position, position), scan = :scan, job = :job, revision = revision + 1, listed = :listed,
                total = :total, synced_at = CASE WHEN :scan::text IS NULL THEN :now ELSE synced_at END
            WHERE connection = :connection AND revision = :revision
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Cursors(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * How far a mailbox was listed.
     *
     * @param position where the next incremental listing begins; null: none has ended yet
     * @param scan where a listing goes on that has not ended; null: there is none
     * @param job that has moved it last
     * @param listed by the listing that has moved it last
     * @param total how many mails that listing has, as far as is known
     */
    record Cursor(
            UUID connection,
            @Nullable String position,
            @Nullable String scan,
            @Nullable UUID job,
            long revision,
            long listed,
            long total) {

        /** Forgets a listing that has not ended. */
        Cursor anew() {
            return new Cursor(connection, position, null, job, revision, 0, 0);
        }

        Cursor after(Source.Page page, UUID by) {
            return new Cursor(
                    connection,
                    page.position() == null ? position : page.position(),
                    page.scan(),
                    by,
                    revision + 1,
                    listed + page.messages().size(),
                    Math.max(page.total(), listed + page.messages().size()));
        }
    }

    Cursor read(UUID connection) {
        return jdbc.sql(READ)
                .param("connection", connection)
                .query((row, n) -> new Cursor(
                        row.getObject("connection", UUID.class),
                        row.getString("position"),
                        row.getString("scan"),
                        row.getObject("job", UUID.class),
                        row.getLong("revision"),
                        row.getLong("listed"),
                        row.getLong("total")))
                .single();
    }

    /** @throws IllegalStateException if another attempt has moved it meanwhile */
    void move(Cursor from, Cursor to) {
        int moved = jdbc.sql(MOVE)
                .param("connection", from.connection())
                .param("revision", from.revision())
                .param("position", to.position())
                .param("scan", to.scan())
                .param("job", to.job())
                .param("listed", to.listed())
                .param("total", to.total())
                .param("now", Times.utc(clock.instant()))
                .update();
        if (moved == 0) {
            throw new IllegalStateException("Another attempt goes on with this listing, or the connection was removed;"
                    + " this one has stored nothing of the page");
        }
    }
}
