package dev.rowrunner.embedded;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder that our own servers live in. One program at a time holds its lock; the operating system frees it however
 * that program ends.
 */
final class DataFolder {

    private final Path folder;

    DataFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Nothing if another program holds it. */
    Optional<FileChannel> tryLock() {
        PrivateFiles.folder(folder);
        try {
            var channel = FileChannel.open(folder.resolve("lock"), CREATE, READ, WRITE);
            if (locks(channel)) {
                return Optional.of(channel);
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't lock " + folder.resolve("lock") + ": " + e, e);
        }
    }

    boolean exists() {
        return Files.isDirectory(folder);
    }

    boolean isLocked() {
        try (var lock = tryLock().orElse(null)) {
            return lock == null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** What the holder of the lock says of itself. Of a holder that was killed it stays behind: look at the lock first. */
    Optional<Tenant> tenant() {
        return Files.exists(tenantFile())
                ? Optional.of(Tenant.parse(PrivateFiles.read(tenantFile())))
                : Optional.empty();
    }

    void enter(Tenant tenant) {
        PrivateFiles.write(tenantFile(), tenant.format());
    }

    void leave() {
        try {
            Files.deleteIfExists(tenantFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Binaries binaries() {
        return new Binaries(folder.resolve("binaries"));
    }

    Path postgres() {
        return folder.resolve("postgres");
    }

    Path redis() {
        return folder.resolve("redis");
    }

    private Path tenantFile() {
        return folder.resolve("installation.properties");
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
