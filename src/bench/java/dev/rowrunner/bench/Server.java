package dev.rowrunner.bench;

import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The one PostgreSQL that all are measured on. It loses nothing: what is committed is on the disk. It keeps the files of
 * its log to write them again, since a commit that has to make a new one waits for tens of milliseconds.
 */
final class Server {

    private final TestPostgres postgres = TestPostgres.start(
            TestFolders.make("postgres"),
            Map.of(
                    "fsync",
                    "on",
                    "full_page_writes",
                    "on",
                    "synchronous_commit",
                    "on",
                    "max_connections",
                    "500",
                    "min_wal_size",
                    "1GB"));
    private int databases;
    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(postgres.jdbcUrl()));

    /** An empty one. */
    Database newDatabase() {
        var name = "bench_" + ++databases;
        jdbc.sql("CREATE DATABASE " + name).update();
        var url = postgres.url();
        return new Database("jdbc:postgresql://" + url.hosts() + "/" + name, url.user(), url.password());
    }

    void drop(Database database) {
        var name = database.url().substring(database.url().lastIndexOf('/') + 1);
        jdbc.sql("DROP DATABASE " + name + " WITH (FORCE)").update();
    }

    /** So that none falls into what is measured next. */
    void checkpoint() {
        jdbc.sql("CHECKPOINT").update();
    }

    /** The process whose children are the sessions. */
    long pid() {
        return postgres.pid();
    }

    String version() {
        return jdbc.sql("SHOW server_version").query(String.class).single();
    }
}
