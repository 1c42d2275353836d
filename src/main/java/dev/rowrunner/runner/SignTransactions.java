package dev.rowrunner.runner;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;

/** Writes the {@link Actor} into each transaction that may change something, for the audit's triggers to read. */
@Component
class SignTransactions implements TransactionExecutionListener {

    private static final String SIGN = "SELECT set_config('rowrunner.actor', :actor, true)";

    private final JdbcClient jdbc;

    SignTransactions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        var actor = Actor.current();
        if (actor != null && failure == null && !transaction.isReadOnly()) {
            sign(actor, transaction);
        }
    }

    /** To throw here would leave the connection with its thread; nothing unsigned is committed either. */
    private void sign(String actor, TransactionExecution transaction) {
        try {
            jdbc.sql(SIGN).param("actor", actor).query(String.class).single();
        } catch (DataAccessException e) {
            ((TransactionStatus) transaction).setRollbackOnly();
        }
    }
}
