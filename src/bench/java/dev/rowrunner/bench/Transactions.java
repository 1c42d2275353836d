package dev.rowrunner.bench;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/** A caller's transactions, which an enqueue joins, and his own statements in them. */
record Transactions(TransactionOperations operations, JdbcClient jdbc) {

    static Transactions on(DataSource source) {
        return new Transactions(
                new TransactionTemplate(new DataSourceTransactionManager(source)), JdbcClient.create(source));
    }

    interface Enqueue {
        void run() throws Exception;
    }

    /** One cheap statement of the caller's own, then the enqueue, then the commit. */
    void run(long row, Enqueue enqueue) {
        operations.executeWithoutResult(status -> {
            Rows.update(jdbc, row);
            try {
                enqueue.run();
            } catch (Exception e) {
                throw new IllegalStateException("Can't enqueue in a transaction", e);
            }
        });
    }
}
