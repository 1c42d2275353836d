package dev.rowrunner.embedded;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What our servers need of the file system beside their data. */
final class Folders {

    private static final long LARGEST_LOG = 10_000_000;

    private Folders() {}

    static void delete(Path folder) {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Can't delete " + folder + ": " + e, e);
            }
        }
    }

    static void rename(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't rename " + from + " to " + to + ": " + e, e);
        }
    }

    /** Keeps the last log beside the new one when it has grown large, and no older. */
    static void startLogAfresh(Path log) {
        try {
            if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Can't rename " + log + ": " + e, e);
        }
    }

    /** The last line that has the mark, by which a server sets off what ended them, else the last line. */
    static Optional<String> lastWords(Path log, String mark) {
        try {
            var lines = Files.exists(log) ? Files.readAllLines(log) : List.<String>of();
            var marked = lines.stream().filter(line -> line.contains(mark)).toList();
            return last(marked).or(() -> last(lines)).map(String::strip);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read " + log + ": " + e, e);
        }
    }

    private static Optional<String> last(List<String> lines) {
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
    }
}
