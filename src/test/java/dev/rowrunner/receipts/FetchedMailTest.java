package dev.rowrunner.receipts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FetchedMailTest {

    @Test
    void keepsAMailAsItIs() throws IOException {
        try (var mail = new FetchedMail(100)) {
            mail.fill(to -> to.write("hello".getBytes(UTF_8)));

            assertThat(mail.content()).hasBinaryContent("hello".getBytes(UTF_8));
        }
    }

    @Test
    void stopsFetchingWhatIsTooLong() throws IOException {
        var written = new AtomicLong();
        try (var mail = new FetchedMail(1_000)) {
            mail.fill(to -> {
                for (int n = 0; n < 1_000_000; n++) {
                    to.write(new byte[300]);
                    written.addAndGet(300);
                }
            });

            assertThat(mail.content().readAllBytes()).hasSize(1_000);
            assertThat(written).hasValueLessThan(1_000);
        }
    }

    @Test
    void beginsAnewWithAnotherFetch() throws IOException {
        try (var mail = new FetchedMail(100)) {
            assertThatThrownBy(() -> mail.fill(to -> {
                        to.write(new byte[50]);
                        throw new IOException("cut off");
                    }))
                    .hasMessage("cut off");
            mail.fill(to -> to.write(new byte[] {7}));

            assertThat(mail.content().readAllBytes()).containsExactly(7);
        }
    }

    @Test
    void leavesNoFileBehindEvenWhileItIsOpen() throws IOException {
        var folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (var mail = new FetchedMail(100)) {
            mail.fill(to -> to.write(1));
            try (var files = Files.list(folder)) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith("rowrunner-mail-")))
                        .isEmpty();
            }
        }
    }
}
