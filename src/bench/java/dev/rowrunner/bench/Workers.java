package dev.rowrunner.bench;

import dev.rowrunner.bench.GrowthWorker.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** Some {@link GrowthWorker}s, each with the pipe on which it is told what to do. */
record Workers(List<Process> processes) implements AutoCloseable {

    static Workers launch(int count, Database database) {
        return new Workers(
                IntStream.range(0, count).mapToObj(n -> launchOne(n, database)).toList());
    }

    private static Process launchOne(int number, Database database) {
        var args =
                List.of(database.url(), database.user(), database.password(), "target/bench-growth-" + number + ".log");
        try {
            return new ProcessBuilder(Java.command(GrowthWorker.class, args))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Workers first(int count) {
        return new Workers(processes.subList(0, count));
    }

    /** Returns when all of them work. */
    void start() {
        tell("start");
    }

    /** Returns when they have stored what they did, with what that was. */
    List<Tally> stop() {
        return tell("stop");
    }

    private List<Tally> tell(String command) {
        for (var process : processes) {
            try {
                process.outputWriter(StandardCharsets.UTF_8)
                        .append(command)
                        .append('\n')
                        .flush();
            } catch (IOException e) {
                throw new UncheckedIOException("A worker has ended; see target/bench-growth-*.log", e);
            }
        }
        return processes.stream().map(Workers::answer).toList();
    }

    private static Tally answer(Process process) {
        try {
            var line = process.inputReader(StandardCharsets.UTF_8).readLine();
            if (line == null) {
                throw new IllegalStateException("A worker has ended; see target/bench-growth-*.log");
            }
            return JsonMapper.shared().readValue(line, Tally.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }
}
