package dev.rowrunner.cli;

import dev.rowrunner.embedded.Installation;
import dev.rowrunner.embedded.Surroundings;
import dev.rowrunner.postgres.DatabaseConnections;
import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs one statement, for machines without psql. Prints as {@code psql -At} does: rows only, columns parted by a bar. */
@Command(
        name = "sql",
        description = "Runs one SQL statement and prints its rows, or the number of rows that it changed.",
        mixinStandardHelpOptions = true)
final class SqlCommand implements Callable<Integer> {

    private final Surroundings surroundings;
    private final PrintStream out;

    @Parameters(paramLabel = "STATEMENT", description = "for example: select * from merchant_usage")
    private String statement = "";

    SqlCommand() {
        this(Surroundings.ofProcess(), System.out);
    }

    SqlCommand(Surroundings surroundings, PrintStream out) {
        this.surroundings = surroundings;
        this.out = out;
    }

    @Override
    public Integer call() throws SQLException {
        try (var installation = new Installation(surroundings).closedAtExit()) {
            installation.visit();
            try (var connection = DatabaseConnections.open(installation.database(), asPsql());
                    var running = connection.createStatement()) {
                // Braces and question marks are the statement's own.
                running.setEscapeProcessing(false);
                print(running, running.execute(statement));
            }
        }
        out.flush();
        return 0;
    }

    /** The simple protocol brings every value as the text that psql would show. */
    private static Properties asPsql() {
        var properties = new Properties();
        properties.setProperty("preferQueryMode", "simple");
        return properties;
    }

    private void print(Statement statement, boolean hasRows) throws SQLException {
        if (hasRows) {
            try (var rows = statement.getResultSet()) {
                printRows(rows);
            }
        } else {
            out.println(statement.getUpdateCount());
        }
    }

    private void printRows(ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            var values = new ArrayList<String>(columns);
            for (int column = 1; column <= columns; column++) {
                values.add(Objects.requireNonNullElse(rows.getString(column), ""));
            }
            out.println(String.join("|", values));
        }
    }
}
