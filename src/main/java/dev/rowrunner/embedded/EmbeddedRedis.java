package dev.rowrunner.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A real Redis of our own, with its data in a folder. It is a daemon, so that Ctrl-C in the terminal reaches us and not
 * it, and it outlives a killed program: the next start stops it first.
 */
public final class EmbeddedRedis implements AutoCloseable {

    private static final String PROGRAM = "redis-server";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PATIENCE_UNTIL_IT_LIVES = Duration.ofSeconds(5);
    private static final Duration GLANCE = Duration.ofMillis(10);

    private final Path folder;
    private final Binaries binaries;
    private final int port;

    EmbeddedRedis(Path folder, Binaries binaries, int port) {
        this.folder = PrivateFiles.folder(folder.toAbsolutePath());
        this.binaries = binaries;
        this.port = port;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param settings of redis.conf, on top of ours
     */
    public static EmbeddedRedis start(Path folder, Binaries binaries, int port, Map<String, String> settings) {
        var server = new EmbeddedRedis(folder, binaries, port);
        server.start(settings);
        return server;
    }

    /** As the other does, with the address that it was given at its making. */
    void start(Map<String, String> settings) {
        close();
        writeSettings(settings);
        launch(binaries.redis());
    }

    /** With the password; for this machine only. Known before it runs. */
    public RedisUrl url() {
        return new RedisUrl("redis://default:" + password() + "@127.0.0.1:" + port);
    }

    public long pid() {
        return readPid().orElseThrow();
    }

    /** Stops it as SHUTDOWN does: what it has is on the disk before it goes. */
    @Override
    public void close() {
        process().ifPresent(process -> {
            process.destroy();
            if (!NativeProgram.awaitEnd(process, PROGRAM, PATIENCE)) {
                throw new IllegalStateException("The embedded Redis (process " + process.pid()
                        + ") did not stop within " + PATIENCE.toSeconds() + " s; see " + log());
            }
        });
    }

    private void writeSettings(Map<String, String> settings) {
        var all = new TreeMap<>(Map.of(
                "bind",
                "127.0.0.1",
                "port",
                Integer.toString(port),
                "requirepass",
                password(),
                "dir",
                folder.toString(),
                "pidfile",
                pidFile().toString(),
                "logfile",
                log().toString(),
                "daemonize",
                "yes",
                "appendonly",
                "yes",
                "appendfsync",
                "everysec",
                "maxmemory-policy",
                "noeviction"));
        // The append-only file has it all; a snapshot beside it would only cost time at the stop.
        all.put("save", "");
        all.putAll(settings);
        PrivateFiles.write(
                settingsFile(),
                all.entrySet().stream()
                        .map(setting -> setting.getKey() + " " + quote(setting.getValue()) + "\n")
                        .collect(Collectors.joining()));
    }

    private void launch(Path program) {
        Folders.startLogAfresh(log());
        try {
            Files.deleteIfExists(pidFile());
            NativeProgram.of(program, settingsFile().toString()).run();
        } catch (NativeProgramFailed e) {
            throw new IllegalStateException("The embedded Redis did not start: " + advice(e.output), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!Waiting.until(() -> process().isPresent(), PATIENCE_UNTIL_IT_LIVES, GLANCE)
                || !Waiting.until(() -> answers() || process().isEmpty(), PATIENCE, GLANCE)
                || !answers()) {
            throw new IllegalStateException("The embedded Redis did not start: "
                    + Folders.lastWords(log(), " # ").orElse("no reason given") + " (" + log() + ")");
        }
    }

    private static String advice(String output) {
        return output.contains("libssl") || output.contains("libcrypto")
                ? "it needs OpenSSL 3 (package libssl3 or openssl@3), or set REDIS_URL: " + output
                : output;
    }

    /** The client library would take half a second to load for this one question. */
    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write(("AUTH " + password() + "\r\nPING\r\n").getBytes(UTF_8));
            var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            return "+OK".equals(answers.readLine()) && "+PONG".equals(answers.readLine());
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<ProcessHandle> process() {
        return readPid().flatMap(pid -> NativeProgram.find(pid, PROGRAM));
    }

    private Optional<Long> readPid() {
        try {
            var text = Files.exists(pidFile()) ? Files.readString(pidFile()).strip() : "";
            return text.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(text));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read " + pidFile() + ": " + e, e);
        }
    }

    private static String quote(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private String password() {
        return PrivateFiles.secret(folder.resolve("password"));
    }

    private Path settingsFile() {
        return folder.resolve("redis.conf");
    }

    private Path pidFile() {
        return folder.resolve("redis.pid");
    }

    private Path log() {
        return folder.resolve("redis.log");
    }
}
