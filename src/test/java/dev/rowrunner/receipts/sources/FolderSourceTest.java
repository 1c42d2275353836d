package dev.rowrunner.receipts.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path parent;

    private Path folder = Path.of("");
    private FolderSource source = new FolderSource(folder, Clock.systemUTC());

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectory(parent.resolve("inbox"));
        source = new FolderSource(folder, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void listsMailsAndNothingElse() throws IOException {
        write("a.eml", "a");
        write("B.EML", "b");
        write("notes.txt", "x");
        write(".hidden.eml", "x");
        write("c.eml.part", "x");
        Files.createDirectory(folder.resolve("d.eml"));

        assertThat(names(null)).containsExactly("B.EML", "a.eml");
    }

    @Test
    void leavesWhatIsBeingWrittenForTheNextLook() throws IOException {
        write("done.eml", "a");
        write("half.eml", "a", NOW.minusMillis(300));
        var first = source.page(false, null, null);
        Files.setLastModifiedTime(folder.resolve("half.eml"), FileTime.from(NOW.minusSeconds(5)));

        assertThat(first.messages()).extracting(Source.Listed::id).containsExactly("done.eml");
        assertThat(names(first.position())).contains("half.eml");
    }

    @Test
    void listsAFileOfTheFutureByItsNameAlone() throws IOException {
        write("future.eml", "a", NOW.plusSeconds(100_000_000));
        var first = source.page(false, null, null);
        write("later.eml", "b");

        assertThat(first.messages()).hasSize(1);
        assertThat(names(first.position())).contains("later.eml");
    }

    @Test
    void readsAMaildirWhoseMailsKeepTheirIdsAsTheyAreRead() throws IOException {
        write("new/1.M1.host", "one");
        write("cur/2.M2.host:2,", "two");
        write("tmp/3.M3.host", "three");
        var before = source.page(false, null, null).messages();
        Files.move(folder.resolve("new/1.M1.host"), folder.resolve("cur/1.M1.host:2,S"));

        assertThat(before).extracting(Source.Listed::id).containsExactlyInAnyOrder("1.M1.host", "2.M2.host");
        assertThat(fetch(before.stream()
                        .filter(mail -> mail.id().equals("1.M1.host"))
                        .findFirst()
                        .orElseThrow()))
                .isEqualTo("one");
        assertThat(names(null)).containsExactlyInAnyOrder("1.M1.host", "2.M2.host");
    }

    @Test
    void followsNoLinkOutOfTheFolder() throws IOException {
        var secret = Files.writeString(parent.resolve("secret.eml"), "secret");
        write("real.eml", "inside");
        Files.createSymbolicLink(folder.resolve("out.eml"), secret);
        Files.createSymbolicLink(folder.resolve("in.eml"), folder.resolve("real.eml"));
        Files.createSymbolicLink(folder.resolve("cur"), parent);

        assertThat(names(null)).containsExactly("in.eml", "real.eml");
        assertThatThrownBy(() -> fetch(new Source.Listed("out.eml", "out.eml", "")))
                .isInstanceOf(SourceFailure.Gone.class);
        assertThatThrownBy(() -> fetch(new Source.Listed("x", "../secret.eml", "")))
                .isInstanceOf(SourceFailure.Gone.class);
    }

    @Test
    void listsManyByPagesAndEachOnce() throws IOException {
        for (int n = 0; n < 1_203; n++) {
            write("%04d.eml".formatted(n), "x");
        }

        var pages = pages();

        assertThat(pages).hasSize(3);
        assertThat(pages.stream().flatMap(page -> page.messages().stream()).map(Source.Listed::id))
                .hasSize(1_203)
                .doesNotHaveDuplicates();
        assertThat(pages.get(2).position()).isNotNull();
    }

    @Test
    void saysSoWhereThereIsNoFolder() {
        var nowhere = new FolderSource(parent.resolve("nowhere"), Clock.systemUTC());

        assertThatThrownBy(() -> nowhere.page(true, null, null))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("nowhere is no folder on this machine");
    }

    @Test
    void saysThatAFileIsGone() throws IOException {
        var file = write("a.eml", "a");
        var listed = source.page(true, null, null).messages().get(0);
        Files.delete(file);

        assertThatThrownBy(() -> fetch(listed)).isInstanceOf(SourceFailure.Gone.class);
    }

    private List<Source.Page> pages() throws IOException {
        var pages = new ArrayList<Source.Page>();
        String scan = null;
        do {
            var page = source.page(true, null, scan);
            pages.add(page);
            scan = page.scan();
        } while (scan != null);
        return pages;
    }

    private List<String> names(@Nullable String position) throws IOException {
        return source.page(false, position, null).messages().stream()
                .map(Source.Listed::id)
                .toList();
    }

    private String fetch(Source.Listed listed) throws IOException {
        var to = new ByteArrayOutputStream();
        source.fetch(listed, to);
        return to.toString(StandardCharsets.UTF_8);
    }

    private Path write(String name, String content) throws IOException {
        return write(name, content, NOW.minusSeconds(60));
    }

    private Path write(String name, String content, Instant modified) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(modified));
        return file;
    }
}
