package dev.rowrunner.receipts;

import static dev.rowrunner.receipts.ReceiptsFixture.BUSINESS;
import static dev.rowrunner.receipts.ReceiptsFixture.letter;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@RowrunnerTest
@ExtendWith(OutputCaptureExtension.class)
class WatchFoldersTest {

    @Autowired
    ReceiptsFixture fixture;

    @Autowired
    WatchFolders watch;

    private Path folder = Path.of("");

    @BeforeEach
    void connect() {
        fixture.clear();
        folder = fixture.folder();
        watch.look();
        fixture.dueJobs.clear();
    }

    @AfterEach
    void forget() {
        fixture.clear();
    }

    @Test
    void syncsAFolderIntoWhichSomethingHasCome() {
        fixture.write(folder, "a.eml", letter("l1"));

        watch.look();

        assertThat(fixture.dueJobs.waiting(SyncReceipts.KIND))
                .containsExactly(new SyncReceipts.Args(BUSINESS, SyncMode.INCREMENTAL));
    }

    @Test
    void leavesAFolderAloneInWhichNothingHappens() {
        watch.look();

        assertThat(fixture.dueJobs.waiting(SyncReceipts.KIND)).isEmpty();
    }

    @Test
    void waitsForWhoIsWriting() throws Exception {
        var file = fixture.write(folder, "a.eml", letter("l1"));
        Files.setLastModifiedTime(file, FileTime.from(fixture.clock.instant()));

        watch.look();
        assertThat(fixture.dueJobs.waiting(SyncReceipts.KIND)).isEmpty();

        fixture.clock.advance(Duration.ofSeconds(2));
        watch.look();
        assertThat(fixture.dueJobs.waiting(SyncReceipts.KIND)).hasSize(1);
    }

    @Test
    void saysOnceThatAFolderIsMissingAndLooksAtTheOthers(CapturedOutput output) {
        fixture.connections.connect("a0", SourceType.FOLDER, SourceSettings.folder("/nowhere/at/all"), null);
        fixture.write(folder, "a.eml", letter("l1"));

        watch.look();
        watch.look();

        assertThat(fixture.dueJobs.waiting(SyncReceipts.KIND)).hasSize(1);
        assertThat(output.toString().split("The folder of business 'a0'", -1)).hasSize(2);
    }
}
