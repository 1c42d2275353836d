package dev.rowrunner.receipts;

import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.QueueListeners;
import dev.rowrunner.runner.Refused;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Takes requests for syncs: one that nobody would run is refused at once, rather than left to wait in silence. */
@Component
class SyncRequests {

    private static final Logger LOG = LoggerFactory.getLogger(SyncRequests.class);

    private final QueueListeners listeners;
    private final Connections connections;
    private final Jobs jobs;

    SyncRequests(QueueListeners listeners, Connections connections, Jobs jobs) {
        this.listeners = listeners;
        this.connections = connections;
        this.jobs = jobs;
    }

    /** Nobody would run it now. In the words of the system before, which callers read. */
    static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String action;
        private final String details;

        Unavailable(String error, String action, String details) {
            super(error);
            this.action = action;
            this.details = details;
        }

        String action() {
            return action;
        }

        String details() {
            return details;
        }
    }

    /**
     * Enqueues a sync. One of the same business and mode that waits already is answered instead.
     *
     * @throws Unavailable if nobody would run it, which is logged
     * @throws Refused if the business has no mailbox
     */
    UUID sync(String business, SyncMode mode) {
        try {
            requireListener();
            if (connections.ofBusiness(business).isEmpty()) {
                throw Refused.conflict("Business '" + business + "' is connected to no mailbox; connect it with POST"
                        + " /api/receipts/connections or 'receipts connect'.");
            }
            return jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(business, mode));
        } catch (DataAccessException | TransactionException e) {
            throw logged(new Unavailable(
                    "Database not available - receipts sync cannot start",
                    "Check that PostgreSQL runs and that DATABASE_URL names it: 'health' says how it is",
                    "PostgreSQL, which holds queue '" + SyncReceipts.KIND.queue() + "', does not answer: "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage()));
        }
    }

    private void requireListener() {
        listeners.silence(SyncReceipts.KIND).ifPresent(silence -> {
            throw logged(unavailable(silence));
        });
    }

    private static Unavailable unavailable(QueueListeners.Silence silence) {
        var queue = silence.queue();
        return silence.reason() == QueueListeners.Reason.QUEUE_PAUSED
                ? new Unavailable(
                        "Queue paused - receipts sync cannot start",
                        "Resume queue '" + queue + "': POST /api/queues/" + queue + "/resume or 'queue resume " + queue
                                + "'",
                        silence.sentence())
                : new Unavailable(
                        "Worker not running - receipts sync cannot start",
                        "Start a Rowrunner worker that listens to queue '" + queue
                                + "': 'make run-worker', or a process with role"
                                + " worker whose rowrunner.worker.queues name it",
                        silence.sentence());
    }

    private static Unavailable logged(Unavailable unavailable) {
        LOG.atWarn()
                .addKeyValue("error", unavailable.getMessage())
                .addKeyValue("reason", unavailable.details())
                .log("Receipts sync refused with 503");
        return unavailable;
    }
}
