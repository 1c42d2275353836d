package dev.rowrunner.receipts.sources;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of {@code .eml} files, or a Maildir. Files are read, never moved or deleted; nothing outside of the folder is
 * read, whatever links lead there.
 */
public final class FolderSource implements Source {

    /** A file that has just changed may be half written; who delivers to a Maildir moves whole files in. */
    private static final Duration SETTLED_AFTER = Duration.ofSeconds(1);

    /** Times of changes are coarse on some file systems. */
    private static final long OVERLAP_MILLIS = 3_000;

    private static final int PAGE = 500;

    /** The flags behind a Maildir's file name, which change as the mail is read. */
    private static final Pattern FLAGS = Pattern.compile("[:;!]2,[^/]*$");

    private static final List<String> MAILDIR = List.of("new", "cur");

    private final Path folder;
    private final Clock clock;

    public FolderSource(Path folder, Clock clock) {
        this.folder = folder.toAbsolutePath().normalize();
        this.clock = clock;
    }

    /** @param changedAt when it came here or changed, in milliseconds, by the clock of the file system */
    private record Found(Listed listed, long changedAt, boolean settled) {}

    /** The position is the time of the youngest change that was listed; what changes later is listed next. */
    @Override
    public Page page(boolean full, @Nullable String position, @Nullable String scan) throws IOException {
        long since = full || position == null ? Long.MIN_VALUE : Long.parseLong(position) - OVERLAP_MILLIS;
        var walk = scan == null ? Walk.begin(since) : Walk.parse(scan);
        var names = names().stream()
                .filter(name -> name.compareTo(walk.after()) > 0)
                .toList();
        var found = new ArrayList<Found>();
        var last = walk.after();
        for (var name : names) {
            last = name;
            look(name).filter(file -> file.changedAt() >= walk.since()).ifPresent(found::add);
            if (found.size() == PAGE) {
                break;
            }
        }
        var next = walk.over(last, found);
        var messages = found.stream().filter(Found::settled).map(Found::listed).toList();
        return !names.isEmpty() && !last.equals(names.get(names.size() - 1))
                ? Page.of(messages, next.text(), next.seen())
                : Page.last(messages, String.valueOf(next.position()), next.seen());
    }

    /**
     * How far a listing has come through the names.
     *
     * @param youngest change of what was listed
     * @param oldestLeft change of what was left for the next time
     */
    private record Walk(long since, long youngest, long oldestLeft, long seen, String after) {

        static Walk begin(long since) {
            return new Walk(since, Math.max(since, 0), Long.MAX_VALUE, 0, "");
        }

        Walk over(String last, List<Found> found) {
            long young = found.stream()
                    .filter(Found::settled)
                    .mapToLong(Found::changedAt)
                    .max()
                    .orElse(youngest);
            long left = found.stream()
                    .filter(file -> !file.settled())
                    .mapToLong(Found::changedAt)
                    .min()
                    .orElse(oldestLeft);
            return new Walk(since, Math.max(youngest, young), Math.min(oldestLeft, left), seen + found.size(), last);
        }

        long position() {
            return Math.min(youngest, oldestLeft);
        }

        String text() {
            return since + " " + youngest + " " + oldestLeft + " " + seen + " " + after;
        }

        static Walk parse(String text) {
            var words = text.split(" ", 5);
            return new Walk(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    words[4]);
        }
    }

    /**
     * When a name was last added to the folder or taken from it, in milliseconds by the clock of the file system.
     *
     * @throws IOException if the folder can't be read
     */
    public long namesChangedAt() throws IOException {
        long last = Files.getLastModifiedTime(folder).toMillis();
        for (var part : MAILDIR) {
            // 0 where there is none.
            last = Math.max(last, folder.resolve(part).toFile().lastModified());
        }
        return last;
    }

    /** Whether something in it may be half written. */
    public boolean isBeingWritten() throws IOException {
        return names().stream()
                .anyMatch(name -> look(name).filter(file -> !file.settled()).isPresent());
    }

    // ---- names

    /** Relative, sorted: files of mails in the folder, and in those of a Maildir. */
    private List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(
                    folder + " is no folder on this machine: make it, or connect the business to another");
        }
        var names = new ArrayList<String>();
        list(folder, "", FolderSource::isMail, names);
        for (var part : MAILDIR) {
            if (isInside(folder.resolve(part)) && Files.isDirectory(folder.resolve(part))) {
                list(folder.resolve(part), part + "/", name -> !name.startsWith("."), names);
            }
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private static boolean isMail(String name) {
        return !name.startsWith(".") && name.toLowerCase(Locale.ROOT).endsWith(".eml");
    }

    private interface Names {
        boolean include(String name);
    }

    private static void list(Path folder, String prefix, Names wanted, List<String> names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(wanted::include)
                    .map(name -> prefix + name)
                    .forEach(names::add);
        }
    }

    private boolean isInside(Path file) {
        try {
            return file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    // ---- one file

    /** Nothing where it is no plain file within the folder, or has gone meanwhile. */
    private Optional<Found> look(String name) {
        return attributes(name)
                .map(file -> new Found(
                        new Listed(id(name), name, file.lastModifiedTime().toMillis() + "-" + file.size()),
                        changedAt(name),
                        name.contains("/") || isSettled(file.lastModifiedTime())));
    }

    private Optional<BasicFileAttributes> attributes(String name) {
        var file = folder.resolve(name);
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return attributes.isRegularFile() && isInside(file) ? Optional.of(attributes) : Optional.empty();
            }
            return attributes.isRegularFile() ? Optional.of(attributes) : Optional.empty();
        } catch (IOException goneMeanwhile) {
            return Optional.empty();
        }
    }

    private static String id(String name) {
        return name.contains("/")
                ? FLAGS.matcher(name.substring(name.indexOf('/') + 1)).replaceFirst("")
                : name;
    }

    /** A file that was moved here keeps its own time; the file system notes when its entry changed. Else it is always new. */
    private long changedAt(String name) {
        try {
            return ((FileTime) Files.getAttribute(folder.resolve(name), "unix:ctime")).toMillis();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return Long.MAX_VALUE - 1;
        }
    }

    /** One from the future has a clock of its own, by which it can't be judged. */
    private boolean isSettled(FileTime modified) {
        var age = Duration.between(modified.toInstant(), clock.instant());
        return age.compareTo(SETTLED_AFTER) >= 0 || age.compareTo(SETTLED_AFTER.negated()) <= 0;
    }

    // ---- fetching

    @Override
    public void fetch(Listed message, OutputStream to) throws IOException {
        var file = find(message);
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            in.transferTo(to);
        } catch (NoSuchFileException e) {
            throw gone(message);
        }
    }

    /** A mail of a Maildir changes its name when it is read. */
    private Path find(Listed message) throws IOException {
        var place = attributes(message.place()).isPresent()
                ? Optional.of(message.place())
                : names().stream()
                        .filter(name -> name.contains("/") && id(name).equals(message.id()))
                        .findFirst();
        var file = folder.resolve(place.orElseThrow(() -> gone(message)));
        if (!isInside(file)) {
            throw gone(message);
        }
        return file.toRealPath();
    }

    private SourceFailure gone(Listed message) {
        return new SourceFailure.Gone("The file " + message.place() + " is not in " + folder + " any more");
    }

    @Override
    public void close() {}
}
