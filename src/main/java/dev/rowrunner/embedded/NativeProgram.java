package dev.rowrunner.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program that is not Java: runs it to its end, or looks at it by its process id. */
record NativeProgram(List<String> command) {

    private static final Duration GLANCE = Duration.ofMillis(10);

    static NativeProgram of(Path executable, String... arguments) {
        var command = new ArrayList<String>();
        command.add(executable.toString());
        command.addAll(List.of(arguments));
        return new NativeProgram(command);
    }

    /**
     * PostgreSQL refuses to run as root. Where we are root, a user namespace of its own makes it believe that it is
     * not, and its files still belong to us.
     */
    NativeProgram neverAsRoot(Path anyFileOfOurs) {
        if (!isOwnedByRoot(anyFileOfOurs)) {
            return this;
        }
        var wrapped = new ArrayList<>(List.of("unshare", "-U"));
        wrapped.addAll(command);
        return new NativeProgram(wrapped);
    }

    /** Answers what it printed. Throws with its last words if it fails. */
    String run(String input) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var stdin = process.outputWriter(UTF_8)) {
                stdin.write(input);
            }
            var output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new NativeProgramFailed(name(), exitCode, output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("Can't run " + name() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + name() + " was running", e);
        }
    }

    String run() {
        return run("");
    }

    /** The living process of that id, if it is the named program and not another that was given the id since. */
    static Optional<ProcessHandle> find(long pid, String executableName) {
        return ProcessHandle.of(pid).filter(process -> runs(process, executableName));
    }

    /** Waits until it is gone; a dead process that nobody buries counts as gone. */
    static boolean awaitEnd(ProcessHandle process, String executableName, Duration patience) {
        return Waiting.until(() -> !runs(process, executableName), patience, GLANCE);
    }

    private static boolean runs(ProcessHandle process, String executableName) {
        return process.isAlive()
                && process.info()
                        .command()
                        .map(Path::of)
                        .map(Path::getFileName)
                        .filter(name -> name.toString().equals(executableName))
                        .isPresent();
    }

    private static boolean isOwnedByRoot(Path file) {
        try {
            return (int) Files.getAttribute(file, "unix:uid") == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name() {
        return command.get(0).equals("unshare")
                ? "unshare " + Path.of(command.get(2)).getFileName()
                : Path.of(command.get(0)).getFileName().toString();
    }
}
