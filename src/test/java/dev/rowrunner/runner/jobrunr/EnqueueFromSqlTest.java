package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.RowrunnerTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

@RowrunnerTest
class EnqueueFromSqlTest {

    private static final String KIND = "sql.enqueue";
    private static final String UNIQUE = "sql.unique";

    @Autowired
    JdbcClient jdbc;

    @Autowired
    DataSource dataSource;

    @Autowired
    TransactionTemplate transaction;

    private JobRows rows;

    @BeforeEach
    @AfterEach
    void forget() {
        rows = new JobRows(jdbc);
        rows.kind(KIND, "priority = 5", "tenant_arg = 'merchant'", "key_arg = 'account'");
        rows.kind(UNIQUE, "unique_while = 'unfinished'", "unique_args = '{account}'");
        rows.clear(KIND);
        rows.clear(UNIQUE);
    }

    @Test
    void joinsTheCallersTransaction() {
        var lost = transaction.execute(status -> {
            status.setRollbackOnly();
            return rows.enqueue(KIND);
        });
        var kept = rows.enqueue(KIND);

        assertThat(rows.exists(lost)).isFalse();
        assertThat(rows.state(kept)).isEqualTo("enqueued");
    }

    @Test
    void namesWhatIsKnownWhenAKindOrQueueIsNot() {
        assertThatThrownBy(() -> rows.enqueue("sql.enqeue"))
                .hasMessageContaining("Kind 'sql.enqeue' is not known")
                .hasMessageContaining(KIND);
        assertThatThrownBy(() -> rows.enqueueWith("'" + KIND + "', queue => 'urgent'"))
                .hasMessageContaining("Queue 'urgent' does not exist")
                .hasMessageContaining("default")
                .hasMessageContaining("INSERT INTO rowrunner.queue");
        assertThat(stored(KIND)).isZero();
    }

    @Test
    void refusesArgsThatAreNoObjectOrTooLarge() {
        for (var args : new String[] {"'[1]'", "'3'", "'null'", "NULL"}) {
            assertThatThrownBy(() -> rows.enqueueWith("'" + KIND + "', " + args))
                    .hasMessageContaining("The args of a job are a JSON object");
        }
        assertThatThrownBy(() ->
                        rows.enqueueWith("'" + KIND + "', jsonb_build_object('text', repeat('x', 2 * 1024 * 1024))"))
                .hasMessageContaining("bytes as JSON; at most 1048576 are stored");
        assertThat(stored(KIND)).isZero();
    }

    @Test
    void waitsForItsTimeAndIsReadyWhereThatIsPast() {
        var later = rows.enqueueWith("'" + KIND + "', run_at => now() + interval '1 hour'");
        var past = rows.enqueueWith("'" + KIND + "', run_at => now() - interval '1 hour'");

        assertThat(rows.state(later)).isEqualTo("scheduled");
        assertThat(rows.state(past)).isEqualTo("enqueued");
    }

    @Test
    void refusesATimeThatNeverComes() {
        assertThatThrownBy(() -> rows.enqueueWith("'" + KIND + "', run_at => 'infinity'"))
                .hasMessageContaining("'" + KIND + "' was given infinity");
        assertThat(stored(KIND)).isZero();
    }

    @Test
    void takesPriorityTenantAndConcurrencyKeyFromItsKindUnlessTheCallerSays() {
        var args = "'" + KIND + "', '{\"merchant\": \"acme\", \"account\": 7}'";

        var declared = rows.enqueueWith(args);
        var said = rows.enqueueWith(args + ", priority => -1, tenant => 'other', concurrency_key => 'one'");

        assertThat(row(declared)).containsExactly(5, "acme", KIND + ":7");
        assertThat(row(said)).containsExactly(-1, "other", KIND + ":one");
    }

    @Test
    void answersTheUnfinishedJobThatHoldsTheUniqueKey() {
        var first = rows.enqueueWith("'" + UNIQUE + "', '{\"account\": 1, \"why\": \"a\"}'");
        var again = rows.enqueueWith("'" + UNIQUE + "', '{\"account\": 1, \"why\": \"b\"}'");
        var other = rows.enqueueWith("'" + UNIQUE + "', '{\"account\": 2}'");
        rows.claim(first, rows.worker());
        var whileItRuns = rows.enqueueWith("'" + UNIQUE + "', '{\"account\": 1}'");
        rows.succeed(first);
        var afterwards = rows.enqueueWith("'" + UNIQUE + "', '{\"account\": 1}'");

        assertThat(again).isEqualTo(first);
        assertThat(whileItRuns).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(afterwards).isNotEqualTo(first);
        assertThat(stored(UNIQUE)).isEqualTo(3);
    }

    @Test
    void waitsForTheOtherSessionAndAnswersItsJob() throws SQLException {
        try (var first = dataSource.getConnection()) {
            first.setAutoCommit(false);
            var winner = enqueueUnique(first);

            var loser = CompletableFuture.supplyAsync(() -> rows.enqueue(UNIQUE));
            awaitOneWaitingForALock();
            first.commit();

            assertThat(loser.join()).isEqualTo(winner);
            assertThat(stored(UNIQUE)).isOne();
        }
    }

    @Test
    void storesItsOwnJobWhenTheOtherSessionRollsBack() throws SQLException {
        try (var first = dataSource.getConnection()) {
            first.setAutoCommit(false);
            var lost = enqueueUnique(first);

            var second = CompletableFuture.supplyAsync(() -> rows.enqueue(UNIQUE));
            awaitOneWaitingForALock();
            first.rollback();

            assertThat(second.join()).isNotEqualTo(lost);
            assertThat(rows.state(second.join())).isEqualTo("enqueued");
        }
    }

    private static UUID enqueueUnique(Connection connection) {
        var session = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        return new JobRows(session).enqueue(UNIQUE);
    }

    private void awaitOneWaitingForALock() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> jdbc.sql("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND query LIKE '%rowrunner.enqueue%' AND datname = current_database()
                        """).query(Integer.class).single() == 1);
    }

    private int stored(String kind) {
        return jdbc.sql("SELECT count(*) FROM jobs WHERE kind = :kind")
                .param("kind", kind)
                .query(Integer.class)
                .single();
    }

    private Iterable<Object> row(UUID id) {
        return jdbc.sql("SELECT priority, tenant, concurrency_key FROM jobs WHERE id = :id")
                .param("id", id)
                .query()
                .singleRow()
                .values();
    }
}
