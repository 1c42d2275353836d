package dev.rowrunner.testing;

import dev.rowrunner.embedded.EmbeddedPostgres;
import dev.rowrunner.postgres.DatabaseConnections;
import dev.rowrunner.postgres.DatabaseUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.util.FileSystemUtils;

/**
 * A throw-away PostgreSQL that a test may stop, kill and start again: on the same port, with the data that it had.
 * Does not sync to the disk, which only matters when the machine itself fails.
 */
public final class TestPostgres implements AutoCloseable {

    private final Path folder;
    private final Map<String, String> settings;
    private final int port = Servers.anyPort();
    private EmbeddedPostgres server;

    private TestPostgres(Path folder, Map<String, String> settings) {
        this.folder = folder;
        this.settings = new TreeMap<>(Map.of("fsync", "off", "full_page_writes", "off"));
        this.settings.putAll(settings);
        this.server = launch();
        TestFolders.closeAtExit(this, folder);
    }

    /** Starts one whose settings of postgresql.conf are these on top of the usual ones. */
    public static TestPostgres start(Path folder, Map<String, String> settings) {
        return new TestPostgres(folder, settings);
    }

    public static TestPostgres start() {
        return start(TestFolders.make("postgres"), Map.of());
    }

    /** Starts it again after {@link #stop} or {@link #kill}. */
    public void restart() {
        server = launch();
    }

    /** The process of the server, whose children are its sessions. */
    public long pid() {
        return server.pid();
    }

    /** Ends its sessions and stops cleanly. */
    public void stop() {
        server.close();
    }

    /** As the machine's kill -9 of it and of its sessions. */
    public void kill() {
        Processes.kill(server.pid());
        forgetTheDead();
    }

    /** Where nobody buries the dead, as in many containers, PostgreSQL takes the dead one for alive. */
    private void forgetTheDead() {
        try {
            Files.delete(folder.resolve("data").resolve("postmaster.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a server that follows this one, from a copy of its data; stops and starts this one for it. It is read only
     * until {@link #promote}.
     */
    public TestPostgres standby() {
        var copy = TestFolders.make("standby");
        stop();
        try {
            FileSystemUtils.copyRecursively(folder, copy);
            Files.setPosixFilePermissions(copy.resolve("data"), PosixFilePermissions.fromString("rwx------"));
            Files.createFile(copy.resolve("data").resolve("standby.signal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        restart();
        var first = url();
        return start(
                copy,
                Map.of(
                        "primary_conninfo",
                        "host=127.0.0.1 port=%d user=%s password=%s application_name=standby"
                                .formatted(port, first.user(), first.password())));
    }

    public void promote() {
        execute("SELECT pg_promote()");
    }

    /** From now on a commit is acknowledged only when its standby has it. */
    public void commitSynchronously() {
        execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute("SELECT pg_reload_conf()");
    }

    private void execute(String command) {
        try (var connection = DatabaseConnections.open(url());
                var statement = connection.createStatement()) {
            statement.execute(command);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not do: " + command, e);
        }
    }

    public DatabaseUrl url() {
        return server.url();
    }

    /** With user and password in it. */
    public String jdbcUrl() {
        return jdbcUrl(url());
    }

    /** Makes an empty database beside the first. Answers its URL, with user and password in it. */
    public String newDatabase(String name) {
        try (var connection = DatabaseConnections.open(url());
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            return jdbcUrl(new DatabaseUrl(url().hosts(), name, url().user(), url().password(), Map.of()));
        } catch (SQLException e) {
            throw new IllegalStateException("Could not create database " + name, e);
        }
    }

    private static String jdbcUrl(DatabaseUrl url) {
        return url.jdbcUrl() + "?user=" + url.user() + "&password=" + url.password();
    }

    @Override
    public void close() {
        stop();
    }

    private EmbeddedPostgres launch() {
        return EmbeddedPostgres.start(folder, TestFolders.BINARIES, port, settings);
    }
}
