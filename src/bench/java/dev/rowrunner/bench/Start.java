package dev.rowrunner.bench;

import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestRedis;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * How long it takes from {@code java -jar} until the first job is done, on servers that are running and a database that
 * has its tables. Run by {@code make bench-start}.
 */
final class Start {

    private static final int RUNS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final File LOG = new File("target/bench-start.log");

    private final List<String> command;
    private final Server server = new Server();
    private final TestRedis redis = TestRedis.start(TestFolders.make("redis"), Map.of());
    private final Database database = server.newDatabase();
    private final JdbcClient jdbc = JdbcClient.create(
            new SingleConnectionDataSource(database.url(), database.user(), database.password(), true));

    private Start(List<String> command) {
        this.command = command;
    }

    /** the command that starts Rowrunner, word by word */
    public static void main(String[] args) throws Exception {
        new Start(List.of(args)).run();
        System.exit(0);
    }

    private void run() throws Exception {
        makeTables();
        var seconds = new ArrayList<Double>();
        for (int run = 0; run < RUNS; run++) {
            seconds.add(untilFirstJobIsDone());
        }
        var spread = Spread.of(seconds);
        var machine = Machine.here(server.version());
        Files.writeString(
                Path.of("target/bench-start.json"),
                JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(Map.of("machine", machine, "seconds", spread)));
        System.out.println("from java -jar to the first job done: " + spread.text() + " s");
        machine.print();
    }

    private void makeTables() throws Exception {
        var program = launch();
        await("SELECT to_regclass('rowrunner.kind') IS NOT NULL", program);
        await("SELECT EXISTS (SELECT FROM rowrunner.kind WHERE name = 'usage.flush-dirty')", program);
        end(program);
    }

    private double untilFirstJobIsDone() throws Exception {
        var job = jdbc.sql("SELECT rowrunner.enqueue('usage.flush-dirty')")
                .query(UUID.class)
                .single();
        long began = System.nanoTime();
        var program = launch();
        await("SELECT state = 'SUCCEEDED' FROM rowrunner.job WHERE id = '" + job + "'", program);
        double seconds = (System.nanoTime() - began) / 1e9;
        end(program);
        return seconds;
    }

    private Process launch() throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(LOG);
        builder.environment()
                .putAll(Map.of(
                        "DATABASE_URL",
                        database.url()
                                .replace(
                                        "jdbc:postgresql://",
                                        "postgres://" + database.user() + ":" + database.password() + "@"),
                        "REDIS_URL",
                        redis.url(),
                        "ENABLE_JOB_SCHEDULER",
                        "false"));
        return builder.start();
    }

    private void await(String condition, Process program) {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (!jdbc.sql(condition).query(Boolean.class).single()) {
            if (!program.isAlive() || System.nanoTime() > patience) {
                throw new IllegalStateException("Rowrunner does not start; see " + LOG);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static void end(Process program) throws InterruptedException {
        program.destroy();
        if (!program.waitFor(30, TimeUnit.SECONDS)) {
            program.destroyForcibly();
        }
    }
}
