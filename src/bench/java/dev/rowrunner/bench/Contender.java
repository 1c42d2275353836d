package dev.rowrunner.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A job queue on PostgreSQL, in its best documented mode. A job carries one number, which it hands to the handler;
 * handlers are the same for all.
 */
interface Contender extends AutoCloseable {

    /** Makes its tables, in a database that is empty. */
    void prepare() throws Exception;

    /** All in one transaction, in the way that it offers for many. */
    void enqueueAll(List<Long> numbers) throws Exception;

    /** One job in a transaction of its own. Called by several threads at once. */
    void enqueue(long number) throws Exception;

    /** Transactions in which {@link #enqueue} takes part; none where it always commits by itself. */
    default Optional<Transactions> transactions() {
        return Optional.empty();
    }

    /** Begins to run jobs. */
    void start(LongConsumer handler) throws Exception;

    /** Runs no more, until started again. */
    void stop() throws Exception;

    /** Forgets all jobs. Called while it is stopped. */
    void clear() throws Exception;
}
