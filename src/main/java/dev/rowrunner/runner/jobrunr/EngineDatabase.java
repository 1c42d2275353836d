package dev.rowrunner.runner.jobrunr;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The engine's own connections. Handlers can't use them up, a database that does not answer is noticed in seconds, and
 * plans are made once and don't follow statistics: right after a bulk load those say that the table is empty.
 */
@Component
class EngineDatabase implements AutoCloseable {

    private static final String BY_INDEX_ONLY = "SET enable_seqscan = off; SET enable_hashjoin = off;"
            + " SET enable_mergejoin = off; SET enable_bitmapscan = off; SET jit = off;"
            + " SET plan_cache_mode = force_generic_plan";

    /** A worker that is frozen or cut off in the middle of a transaction must not keep others from rescuing its jobs. */
    private static final String NO_LOCK_FOR_LONG = "SET idle_in_transaction_session_timeout = '5s'; ";

    /** What the engine does is nobody's doing, and the audit can tell it from a person's. */
    private static final String SIGNED = "SET rowrunner.actor = 'rowrunner'; ";

    private final HikariDataSource dataSource;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    EngineDatabase(JdbcConnectionDetails details) {
        dataSource = new HikariDataSource();
        dataSource.setPoolName("rowrunner-engine");
        dataSource.setJdbcUrl(details.getJdbcUrl());
        dataSource.setUsername(details.getUsername());
        dataSource.setPassword(details.getPassword());
        dataSource.setMaximumPoolSize(6);
        dataSource.setMinimumIdle(0);
        dataSource.setConnectionTimeout(2_000);
        dataSource.setValidationTimeout(1_000);
        dataSource.setConnectionInitSql(SIGNED + NO_LOCK_FOR_LONG + BY_INDEX_ONLY);
        dataSource.addDataSourceProperty("ApplicationName", "rowrunner-engine");
        dataSource.addDataSourceProperty("connectTimeout", "2");
        dataSource.addDataSourceProperty("socketTimeout", "20");
        dataSource.addDataSourceProperty("tcpKeepAlive", "true");
        // Statements are the same for ever; the driver's cache per connection makes them cheap.
        dataSource.addDataSourceProperty("prepareThreshold", "1");
        jdbc = JdbcClient.create(dataSource);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    }

    /** Inside {@link #inTransaction} on that transaction's connection, else on one for each statement. */
    JdbcClient jdbc() {
        return jdbc;
    }

    TransactionOperations transaction() {
        return transaction;
    }

    <T> T inTransaction(Supplier<T> work) {
        return transaction.execute(status -> work.get());
    }

    /** A connection that stays with the caller, who closes it. */
    Connection connection() throws SQLException {
        return dataSource.getConnection();
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
