package dev.rowrunner.runner.jobrunr;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for notices on an own connection and passes them to a worker. A lost connection is replaced by a new one. */
final class Ear implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ear.class);
    private static final int BLINK_MS = 500;

    /** Whoever only listens does not notice that nobody is there any more. */
    private static final int BLINKS_BETWEEN_QUESTIONS = 20;

    private final EngineDatabase database;
    private final Bell bell;
    private final Pump pump;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean listening;

    /** @param bell rings in this process */
    Ear(EngineDatabase database, Bell bell, Pump pump) {
        this.database = database;
        this.bell = bell;
        this.pump = pump;
        this.thread = new Thread(this, "job-ear");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            try (var connection = database.connection()) {
                listen(connection);
            } catch (SQLException e) {
                LOG.debug("Not listening, will listen again: {}", e.getMessage());
                pause();
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        execute(connection, "LISTEN " + Notice.CHANNEL);
        listening = true;
        // What was said while nobody listened.
        pump.look();
        var postgres = connection.unwrap(PGConnection.class);
        try {
            for (int blinks = 1; !closed; blinks++) {
                if (blinks % BLINKS_BETWEEN_QUESTIONS == 0) {
                    execute(connection, "SELECT 1");
                }
                for (var notice : postgres.getNotifications(BLINK_MS)) {
                    Notice.read(notice.getParameter(), pump, bell.name());
                }
            }
        } finally {
            listening = false;
            forget(connection);
        }
    }

    /** Whether a notice would be heard, as far as is known. */
    boolean isListening() {
        return listening;
    }

    /** The pool must not hand a listening connection to others. */
    private static void forget(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            execute(connection, "UNLISTEN *");
        }
    }

    private static void execute(Connection connection, String command) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(BLINK_MS);
        } catch (InterruptedException e) {
            closed = true;
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a blink rather than interrupts it, which would break the connection. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(4L * BLINK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
