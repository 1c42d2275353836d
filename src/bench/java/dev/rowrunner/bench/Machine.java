package dev.rowrunner.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where, when and by which command figures came to be. */
record Machine(int cores, String processor, String jdk, String postgres, String date, String command) {

    static Machine here(String postgres) throws IOException {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                modelName(),
                Runtime.version().toString(),
                postgres,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                System.getProperty("command", "unknown"));
    }

    private static String modelName() throws IOException {
        var info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        try (var lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    void print() {
        System.out.printf(
                "%n%d cores of %s, JDK %s, PostgreSQL %s, %s: %s%n", cores, processor, jdk, postgres, date, command);
    }
}
