package dev.rowrunner.testing;

import dev.rowrunner.embedded.Binaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** Folders for servers. A throw-away server deletes its own at the end; who asks for another deletes it. */
public final class TestFolders {

    /** Unpacked once for all runs, until {@code make clean}. */
    public static final Binaries BINARIES = new Binaries(Path.of("target", "embedded"));

    private TestFolders() {}

    /** A folder below target: what a killed test leaves there, {@code make clean} takes away. */
    public static Path make(String name) {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target", "folders")), name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server when the test process ends, and then deletes its folder. */
    static void closeAtExit(AutoCloseable server, Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
                FileSystemUtils.deleteRecursively(folder);
            } catch (Exception e) {
                throw new IllegalStateException("Can't stop the server in " + folder, e);
            }
        }));
    }
}
