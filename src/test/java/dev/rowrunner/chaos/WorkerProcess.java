package dev.rowrunner.chaos;

import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.Servers;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A worker that is a process of its own: it may be killed, frozen and thawed. */
final class WorkerProcess implements AutoCloseable {

    private final String name;
    private final Path log;
    private final Process process;

    private WorkerProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Returns before it works. */
    static WorkerProcess start(String name, Path folder, String jdbcUrl, String... more) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                classPath(),
                ChaosWorker.class.getName(),
                "--rowrunner.worker.name=" + name,
                "--spring.datasource.url=" + jdbcUrl,
                "--rowrunner.redis-url=" + Servers.redisUrl(),
                "--rowrunner.roles=worker",
                "--rowrunner.dashboard.enabled=false",
                "--ENABLE_JOB_SCHEDULER=false",
                "--ENABLE_USAGE_AGGREGATION=false"));
        command.addAll(List.of(more));
        try {
            Files.createDirectories(folder);
            var log = folder.resolve(name + ".log");
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().put("LOG_LEVEL", "INFO");
            return new WorkerProcess(name, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without empty elements, which mean the folder that one is in: its db folder would be taken for migrations, too. */
    private static String classPath() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(element -> !element.isBlank())
                .collect(Collectors.joining(File.pathSeparator));
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9}; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofSeconds(10));
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    void awaitEnd(Duration patience) {
        await("end of " + name).atMost(patience).until(() -> !process.isAlive());
    }

    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    long linesWith(String text) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(text)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
