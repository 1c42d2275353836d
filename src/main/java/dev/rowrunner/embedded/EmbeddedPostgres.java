package dev.rowrunner.embedded;

import dev.rowrunner.postgres.DatabaseUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A real PostgreSQL of our own, with its data in a folder. It is a process group of its own, so that Ctrl-C in the
 * terminal reaches us and not it, and it outlives a killed program: the next start stops it first.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final String NAME = "rowrunner";
    private static final String PROGRAM = "postgres";
    private static final String MAJOR_VERSION = "18";
    private static final String SETTINGS_FILE = "rowrunner.conf";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Binaries binaries;
    private final int port;

    EmbeddedPostgres(Path folder, Binaries binaries, int port) {
        this.folder = PrivateFiles.folder(folder.toAbsolutePath());
        this.binaries = binaries;
        this.port = port;
    }

    /**
     * Starts it and waits until it takes connections.
     *
     * @param settings of postgresql.conf, on top of ours
     */
    public static EmbeddedPostgres start(Path folder, Binaries binaries, int port, Map<String, String> settings) {
        var server = new EmbeddedPostgres(folder, binaries, port);
        server.start(settings);
        return server;
    }

    /** As the other does, with the address that it was given at its making. */
    void start(Map<String, String> settings) {
        stopLeftover();
        createDataOnce();
        requireOwnVersion();
        writeSettings(settings);
        launch();
    }

    /** With the password; for this machine only. Known before it runs. */
    public DatabaseUrl url() {
        return new DatabaseUrl("127.0.0.1:" + port, NAME, NAME, password(), Map.of());
    }

    public long pid() {
        return readPid().orElseThrow();
    }

    /** Ends all sessions and stops cleanly: its next start has nothing to recover. */
    @Override
    public void close() {
        if (Files.exists(pidFile())) {
            control("stop", "-m", "fast").run();
        }
    }

    private void stopLeftover() {
        readPid().flatMap(pid -> NativeProgram.find(pid, PROGRAM)).ifPresent(process -> close());
    }

    private void createDataOnce() {
        if (!Files.isDirectory(data())) {
            var unfinished = folder.resolve("data.unfinished");
            Folders.delete(unfinished);
            initialize(unfinished);
            createDatabase(unfinished);
            Folders.rename(unfinished, data());
        }
    }

    /** The password has 256 random bits: to stretch it adds nothing, and each connection would pay for that. */
    private void initialize(Path data) {
        program(
                        "initdb",
                        "--pgdata",
                        data.toString(),
                        "--username",
                        NAME,
                        "--pwfile",
                        passwordFile().toString(),
                        "--auth",
                        "scram-sha-256",
                        "--set",
                        "scram_iterations=1",
                        "--encoding",
                        "UTF8",
                        "--locale",
                        "C",
                        "--locale-provider",
                        "builtin",
                        "--builtin-locale",
                        "C.UTF-8")
                .run();
        append(data.resolve("postgresql.conf"), "include '" + SETTINGS_FILE + "'\n");
        PrivateFiles.write(data.resolve(SETTINGS_FILE), "");
    }

    private void createDatabase(Path data) {
        program(PROGRAM, "--single", "-D", data.toString(), "postgres").run("CREATE DATABASE " + NAME + ";\n");
    }

    private void requireOwnVersion() {
        var version = PrivateFiles.read(data().resolve("PG_VERSION"));
        if (!version.equals(MAJOR_VERSION)) {
            throw new IllegalStateException(
                    "The data in %s are of PostgreSQL %s and this program brings %s; move the folder away, or set DATABASE_URL"
                            .formatted(data(), version, MAJOR_VERSION));
        }
    }

    private void writeSettings(Map<String, String> settings) {
        var all = new TreeMap<>(Map.of(
                "listen_addresses", "127.0.0.1",
                "port", Integer.toString(port),
                "unix_socket_directories", "",
                "max_connections", "200",
                "timezone", "UTC",
                "log_timezone", "UTC",
                "log_min_messages", "warning"));
        all.putAll(settings);
        PrivateFiles.write(
                data().resolve(SETTINGS_FILE),
                all.entrySet().stream()
                        .map(setting ->
                                setting.getKey() + " = '" + setting.getValue().replace("'", "''") + "'\n")
                        .collect(Collectors.joining()));
    }

    private void launch() {
        Folders.startLogAfresh(log());
        try {
            control("start", "-l", log().toString()).run();
        } catch (NativeProgramFailed e) {
            throw new IllegalStateException(
                    "The embedded PostgreSQL did not start: "
                            + Folders.lastWords(log(), "FATAL:").orElse(e.output) + " (" + log() + ")",
                    e);
        }
    }

    private NativeProgram control(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-D", data().toString(), "-w", "-t", Long.toString(PATIENCE.toSeconds())));
        return program("pg_ctl", all.toArray(String[]::new));
    }

    private NativeProgram program(String name, String... arguments) {
        return NativeProgram.of(binaries.postgres().resolve("bin").resolve(name), arguments)
                .neverAsRoot(passwordFile());
    }

    private Path passwordFile() {
        var file = folder.resolve("password");
        PrivateFiles.secret(file);
        return file;
    }

    private String password() {
        return PrivateFiles.secret(passwordFile());
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path log() {
        return folder.resolve("postgres.log");
    }

    private Path pidFile() {
        return data().resolve("postmaster.pid");
    }

    private Optional<Long> readPid() {
        try (var lines = Files.lines(pidFile())) {
            return lines.findFirst().map(String::strip).map(Long::valueOf);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
