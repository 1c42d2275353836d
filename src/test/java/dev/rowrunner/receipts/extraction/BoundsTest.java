package dev.rowrunner.receipts.extraction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mails made to take memory or time are read in a process of 192 MB, and cost the receipt beside them nothing. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundsTest {

    private static final String HEAP = "-Xmx192m";

    /** The mail's own bound is 20 seconds; on a busy machine a few more. */
    private static final int MOST_MILLIS = 40_000;

    private record Result(int millis, String outcome, String note) {}

    private final Map<String, Result> results = new LinkedHashMap<>();

    @BeforeAll
    void readHostileMails() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        HEAP,
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dfile.encoding=UTF-8",
                        "-Dstdout.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileMails.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = process.inputReader(UTF_8).lines()) {
            lines.map(line -> List.of(line.split("\\|", -1)))
                    .filter(columns -> columns.size() == 4)
                    .forEach(columns -> results.put(
                            columns.get(0),
                            new Result(Integer.parseInt(columns.get(1)), columns.get(2), columns.get(3))));
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("exit of the process; the last mail was " + lastOf(results))
                .isZero();
    }

    private static String lastOf(Map<String, Result> results) {
        return results.keySet().stream().reduce((first, second) -> second).orElse("none");
    }

    @Test
    void noneEscapesNorTakesLong() {
        var slowest = results.entrySet().stream()
                .sorted((one, other) ->
                        other.getValue().millis() - one.getValue().millis())
                .limit(5)
                .toList();
        System.out.printf("%d hostile mails read with %s; the slowest: %s%n", results.size(), HEAP, slowest);

        assertThat(results).hasSizeGreaterThan(90);
        assertThat(results.values()).allMatch(result -> !result.outcome().startsWith("ESCAPED"));
        assertThat(results.values()).allMatch(result -> result.millis() < MOST_MILLIS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "50 MB attachment|larger than 25000000 bytes",
                "zip bomb|is larger than 25000000 bytes unpacked",
                "gzip bomb|is larger than 25000000 bytes unpacked",
                "zips in zips|archives nested deeper than 3",
                "zip of 100,000 files|has more than 100 files",
                "PDF with a bomb as page|unpacks to more than 48 MB in one stream",
                "PDF with a bomb of operators|takes more than 600 MB of memory",
                "PDF with a bomb in a bomb|is a PDF with a stream compressed more than once, as bombs are",
                "PDF with a bomb in a bomb, in disguise|is a PDF with a stream compressed more than once, as bombs are",
                "PDF with filters named elsewhere|is a PDF whose filters are named elsewhere, as bombs are",
                "PDF with a row of 2 GB|is a PDF with /Columns over 100000",
                "PDF with a bomb as attachment|unpacks to more than 48 MB in one stream",
                "PDF with a bomb of objects|unpacks to more than 48 MB in one stream",
                "charset that does not exist|there is no charset 'x-klingon-17'",
                "billion laughs|has a document type, which no e-invoice has",
                "XML 100,000 deep|is nested deeper than 50",
            })
    void anAttachmentIsLeftOutWithItsReasonAndTheRestGoesOn(String name, String note) {
        assertThat(resultOf(name).outcome()).isEqualTo("receipt of 12.50");
        assertThat(resultOf(name).note()).isEqualTo(note);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "150 MB of text|refused: larger than 100000000 bytes",
                "endless base64|refused: larger than 100000000 bytes",
                "endless base64 in one line|refused: larger than 100000000 bytes",
                "endless quoted-printable|refused: larger than 100000000 bytes",
                "mails in mails, 100 deep|refused: nested deeper than 20",
                "parts in parts, 100,000 deep|refused: nested deeper than 20",
                "100,000 parts|refused: more than 1000 parts",
                "header of 10 MB|refused: a header is too long, or there are too many",
                "folded header of 10 MB|refused: a header is too long, or there are too many",
                "100,000 headers|refused: a header is too long, or there are too many",
            })
    void aMailThatExceedsABoundIsRefusedWithItsReason(String name, String outcome) {
        assertThat(resultOf(name).outcome()).isEqualTo(outcome);
    }

    private Result resultOf(String name) {
        return Objects.requireNonNull(results.get(name), name);
    }

    @Test
    void theTimeOfAMailIsBounded() {
        var impatient = new Extractor(new Limits(1_000_000, 1_000_000, 5, 10, Duration.ofMillis(1)));
        var slow = new ByteArrayInputStream(Mails.plain("a@acme.com", "Your receipt", "Total: $1.00\n".repeat(50_000))
                .getBytes(UTF_8));

        var outcome = Mails.extract(impatient, slow.readAllBytes()).outcome();

        assertThat(outcome).isEqualTo(new Extraction.Refused("took longer than 1 ms"));
    }

    @Test
    void aStreamThatBreaksIsNotTheMailsFault() {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return read();
            }
        };

        assertThatThrownBy(() -> Mails.EXTRACTOR.extract(broken))
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }
}
