package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Actor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * JobRunr's own transactions, which Spring does not begin, carry the {@link Actor} as ours do: JobRunr begins one by
 * switching the automatic commit off. The name goes with the transaction, so none stays on a connection of the pool.
 */
final class SignedConnections extends DelegatingDataSource {

    private static final String SIGN = "SELECT set_config('rowrunner.actor', ?, true)";

    SignedConnections(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = super.getConnection();
        var actor = Actor.current();
        return actor == null ? connection : signing(connection, actor);
    }

    private static Connection signing(Connection connection, String actor) {
        return (Connection) Proxy.newProxyInstance(
                SignedConnections.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    try {
                        var result = method.invoke(connection, arguments);
                        if (method.getName().equals("setAutoCommit") && Boolean.FALSE.equals(first(arguments))) {
                            sign(connection, actor);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private static @Nullable Object first(Object @Nullable [] arguments) {
        return arguments == null ? null : arguments[0];
    }

    private static void sign(Connection connection, String actor) throws SQLException {
        try (var statement = connection.prepareStatement(SIGN)) {
            statement.setString(1, actor);
            statement.execute();
        }
    }
}
