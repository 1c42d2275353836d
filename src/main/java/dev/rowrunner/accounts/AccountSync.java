package dev.rowrunner.accounts;

import dev.rowrunner.postgres.Times;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Has accounts synced. Inside a Spring transaction a sync is enqueued by that transaction. */
@Component
public class AccountSync {

    /** In one statement, which needs no transaction of its own. */
    private static final String ENQUEUE = """
            WITH stored AS MATERIALIZED (
                SELECT rowrunner.insert_jobs('accounts.sync-account', ARRAY [:id], ARRAY [:args::jsonb], NULL, NULL, NULL, NULL,
                                             NULL, NULL, NULL, :now) AS holders)
            SELECT s.holders[1],
                   (SELECT count(rowrunner.wake(k.queue, k.name, '', rowrunner.claim_key(:now, k.priority))::text)
                    FROM rowrunner.kind k WHERE k.name = 'accounts.sync-account')
            FROM stored s
            """;

    private final Accounts accounts;
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    AccountSync(Accounts accounts, JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.accounts = accounts;
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Enqueues a sync of one account.
     *
     * @param since from when on transactions are fetched, earlier where the last sync lies before that; null: from some
     *     days before the last sync on
     * @return whether it was queued; not if the user has no such account, or if a sync of it waits or runs already
     */
    public boolean enqueue(String userId, String accountId, @Nullable Instant since) {
        return isLinked(userId, accountId) && queued(userId, accountId, since).isPresent();
    }

    boolean isLinked(String userId, String accountId) {
        return accounts.find(userId, accountId).isPresent();
    }

    /** The new job of a linked account; nothing if one waits or runs already. */
    Optional<UUID> queued(String userId, String accountId, @Nullable Instant since) {
        var id = UUID.randomUUID();
        var holder = jdbc.sql(ENQUEUE)
                .param("id", id)
                .param("args", json.writeValueAsString(new SyncAccount.Args(userId, accountId, since)))
                .param("now", Times.utc(clock.instant()))
                .query((row, n) -> row.getObject(1, UUID.class))
                .single();
        return Optional.of(holder).filter(id::equals);
    }
}
