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

    private final EngineDatabase database;
    private final Pump pump;
    private final Thread thread;
    private volatile boolean closed;

    Ear(EngineDatabase database, Pump pump) {
        this.database = database;
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
        try (var statement = connection.createStatement()) {
            statement.execute("LISTEN " + Notice.CHANNEL);
        }
        // What was said while nobody listened.
        pump.look();
        var postgres = connection.unwrap(PGConnection.class);
        try {
            while (!closed) {
                for (var notice : postgres.getNotifications(BLINK_MS)) {
                    Notice.read(notice.getParameter(), pump);
                }
            }
        } finally {
            forget(connection);
        }
    }

    /** The pool must not hand a listening connection to others. */
    private static void forget(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            try (var statement = connection.createStatement()) {
                statement.execute("UNLISTEN *");
            }
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

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
