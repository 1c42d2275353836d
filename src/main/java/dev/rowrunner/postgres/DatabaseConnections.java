package dev.rowrunner.postgres;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Opens single connections outside of Spring and its pool, and says in one line why one can't be had. */
public final class DatabaseConnections {

    private static final int OLDEST_SERVER = 15;

    private DatabaseConnections() {}

    /** Waits a few seconds at most for each host. */
    public static Connection open(DatabaseUrl url) throws SQLException {
        return open(url, new Properties());
    }

    /** Opens one with properties of the driver on top of those of the URL. */
    public static Connection open(DatabaseUrl url, Properties properties) throws SQLException {
        var all = new Properties();
        all.setProperty("ApplicationName", "rowrunner");
        all.setProperty("connectTimeout", "5");
        all.setProperty("loginTimeout", "8");
        url.userName().ifPresent(user -> all.setProperty("user", user));
        url.secret().ifPresent(password -> all.setProperty("password", password));
        all.putAll(properties);
        return DriverManager.getConnection(url.jdbcUrl(), all);
    }

    /**
     * Asks the server for its version, to see that the database can be used.
     *
     * @param variable what the URL came from, for the error to name
     * @throws IllegalStateException in one line: the variable, the server and the cause
     */
    public static void requireUsable(String variable, DatabaseUrl url) {
        try (var connection = open(url)) {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST_SERVER) {
                throw new IllegalStateException("%s: PostgreSQL at %s is version %d; Rowrunner needs %d or newer"
                        .formatted(variable, url.place(), version, OLDEST_SERVER));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "%s: no connection to PostgreSQL at %s: %s".formatted(variable, url.place(), causeOf(e, url)), e);
        }
    }

    private static String causeOf(SQLException failure, DatabaseUrl url) {
        return switch (Objects.requireNonNullElse(failure.getSQLState(), "")) {
            case "28P01" -> "wrong password for user '" + url.user() + "', or no such user";
            case "3D000" -> "there is no database '" + url.database() + "'";
            case "53300" -> "the server has no connection left (max_connections)";
            default -> networkCauseOf(failure);
        };
    }

    private static String networkCauseOf(SQLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return "unknown host";
            }
            if (cause instanceof SocketTimeoutException) {
                return "no answer within 5 s";
            }
            if (cause instanceof ConnectException) {
                return "connection refused";
            }
        }
        return oneLine(failure.getMessage());
    }

    private static String oneLine(@Nullable String message) {
        return message == null ? "no reason given" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
