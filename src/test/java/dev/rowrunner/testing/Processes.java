package dev.rowrunner.testing;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.stream.Stream;

/** Kills a process and its children as {@code kill -9} does, and waits until they are gone. */
final class Processes {

    private Processes() {}

    static void kill(long pid) {
        var parent = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> all =
                Stream.concat(Stream.of(parent), parent.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> all.stream().noneMatch(Processes::isAlive));
    }

    /** A dead process that nobody buries has no command any more. */
    private static boolean isAlive(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }
}
