package dev.rowrunner.bench;

import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The one PostgreSQL that all are measured on. It loses nothing: what is committed is on the disk. */
final class Server {

    private final TestPostgres postgres = TestPostgres.start(
            TestFolders.make("postgres"),
            Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on", "max_connections", "200"));
    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(postgres.jdbcUrl()));

    /** An empty one. There is one at a time. */
    Database newDatabase() {
        jdbc.sql("CREATE DATABASE bench").update();
        jdbc.sql("CHECKPOINT").update();
        var url = postgres.url();
        return new Database("jdbc:postgresql://" + url.hosts() + "/bench", url.user(), url.password());
    }

    void dropDatabase() {
        jdbc.sql("DROP DATABASE bench WITH (FORCE)").update();
    }

    /** The process whose children are the sessions. */
    long pid() {
        return postgres.pid();
    }

    String version() {
        return jdbc.sql("SHOW server_version").query(String.class).single();
    }
}
