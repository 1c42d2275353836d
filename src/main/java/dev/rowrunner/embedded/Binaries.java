package dev.rowrunner.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The servers' programs, unpacked from our jar into a folder once for each version. The jar carries those of the
 * platform that it was built on.
 */
public final class Binaries {

    private static final String REDIS = "redis-server";

    private final Path folder;

    public Binaries(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /** The folder with bin, lib and share of PostgreSQL. */
    Path postgres() {
        var archive = "postgres-" + system() + "-" + architecture() + ".tar";
        return unpackedOnce(archive, "DATABASE_URL", Binaries::untar);
    }

    Path redis() {
        return unpackedOnce(REDIS, "REDIS_URL", Binaries::copyRedis).resolve(REDIS);
    }

    private Path unpackedOnce(String resource, String variable, Unpacking unpacking) {
        var unpacked = folder.resolve(resource.replace(".tar", "") + "-" + version(resource, variable));
        if (!Files.isDirectory(unpacked)) {
            PrivateFiles.folder(folder);
            unpack(resource, variable, unpacking, unpacked);
        }
        return unpacked;
    }

    /** Under another name until it is whole, so that a start that was killed half-way leaves nothing that looks whole. */
    private void unpack(String resource, String variable, Unpacking unpacking, Path unpacked) {
        try (var stream = open(resource, variable)) {
            var unfinished = Files.createTempDirectory(folder, "unfinished-");
            unpacking.unpack(stream, unfinished);
            moveUnlessThere(unfinished, unpacked);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't unpack " + resource + " into " + folder + ": " + e, e);
        }
    }

    private static void moveUnlessThere(Path unfinished, Path unpacked) throws IOException {
        try {
            Files.move(unfinished, unpacked);
        } catch (IOException e) {
            if (!Files.isDirectory(unpacked)) {
                throw e;
            }
        }
    }

    private static void untar(InputStream stream, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(stream))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                write(entry, tar, target.resolve(entry.getName()).normalize());
            }
        }
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(parentOf(file));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, file);
            makeExecutable(file, (entry.getMode() & 0100) != 0);
        }
    }

    private static void copyRedis(InputStream stream, Path target) throws IOException {
        var file = target.resolve(REDIS);
        Files.copy(stream, file);
        makeExecutable(file, true);
    }

    private static void makeExecutable(Path file, boolean executable) throws IOException {
        if (executable && !file.toFile().setExecutable(true)) {
            throw new IOException("Can't make " + file + " executable");
        }
    }

    private static Path parentOf(Path file) {
        var parent = file.getParent();
        return parent == null ? file : parent;
    }

    /** From the sum that the build wrote beside it: to read the resource itself would cost every start a moment. */
    private static String version(String resource, String variable) {
        try (var stream = open(resource + ".sha256", variable)) {
            return new String(stream.readNBytes(12), US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read " + resource + ".sha256 of our jar: " + e, e);
        }
    }

    private static InputStream open(String resource, String variable) {
        @Nullable InputStream stream = Binaries.class.getResourceAsStream("/" + resource);
        if (stream == null) {
            throw new IllegalStateException("This jar was built on another platform and has no server for " + system()
                    + " " + architecture() + "; build it here, or set " + variable);
        }
        return stream;
    }

    private static String system() {
        return System.getProperty("os.name").startsWith("Mac")
                ? "darwin"
                : System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }

    private static String architecture() {
        var architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "arm_64";
            default -> architecture;
        };
    }

    private interface Unpacking {
        void unpack(InputStream stream, Path target) throws IOException;
    }
}
