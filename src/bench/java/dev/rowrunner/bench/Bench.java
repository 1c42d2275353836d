package dev.rowrunner.bench;

import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rowrunner beside its peers and its ceiling, in turn, in one run on one durable PostgreSQL: what counts are the ratios.
 * Each contender has a process and a database of its own. Run by {@code make bench}.
 */
final class Bench {

    /** One contender's figures: of each run what it printed. */
    private record Figures(String contender, List<Map<String, Object>> runs) {}

    private static final List<String> JAVA = List.of("rowrunner", "jobrunr", "db-scheduler", "quartz");
    private static final List<String> NODE = List.of("graphile-worker", "graphile-worker-local-queue", "pg-boss");
    private static final String CEILING = "PostgreSQL alone";

    private static final TestPostgres POSTGRES = TestPostgres.start(
            TestFolders.make("postgres"),
            Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on", "max_connections", "200"));

    private final int runs;
    private final List<String> plan;
    private final List<String> only;

    private Bench(int runs, List<String> plan, List<String> only) {
        this.runs = runs;
        this.plan = plan;
        this.only = only;
    }

    /** runs, jobs, seconds of each part, seconds of latency, and the contenders if not all */
    public static void main(String[] args) throws Exception {
        var only = args.length > 4 ? List.of(args[4].split(",")) : List.<String>of();
        new Bench(Integer.parseInt(args[0]), List.of(args[1], args[2], args[3]), only).run();
        System.exit(0);
    }

    private void run() throws Exception {
        var contenders = new ArrayList<>(JAVA);
        if (nodeIsThere()) {
            contenders.addAll(NODE);
        } else {
            System.out.println(
                    "SKIPPED: " + String.join(", ", NODE) + ": node or npm is missing, or its packages can't be had");
        }
        contenders.add(CEILING);
        contenders.removeIf(name -> !only.isEmpty() && !only.contains(name) && !name.equals(CEILING));
        var figures = contenders.stream()
                .map(name -> new Figures(name, new ArrayList<>()))
                .toList();
        for (int run = 1; run <= runs; run++) {
            for (var each : figures) {
                System.err.printf("run %d of %d: %s%n", run, runs, each.contender());
                each.runs().add(trial(each.contender()));
            }
        }
        Files.writeString(
                Path.of("target/bench.json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(figures));
        Report.print(figures.stream()
                .collect(LinkedHashMap::new, (map, f) -> map.put(f.contender(), f.runs()), Map::putAll));
    }

    private static boolean nodeIsThere() throws InterruptedException {
        try {
            return new ProcessBuilder("npm", "--prefix", "ops/bench", "install", "--no-audit", "--no-fund", "--silent")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noNode) {
            return false;
        }
    }

    private Map<String, Object> trial(String contender) throws Exception {
        var database = newDatabase();
        try {
            return result(contender, command(contender, database));
        } finally {
            sql("DROP DATABASE bench WITH (FORCE)");
        }
    }

    private static Database newDatabase() {
        sql("CREATE DATABASE bench");
        sql("CHECKPOINT");
        var url = POSTGRES.url();
        return new Database("jdbc:postgresql://" + url.hosts() + "/bench", url.user(), url.password());
    }

    private static void sql(String statement) {
        JdbcClient.create(new DriverManagerDataSource(POSTGRES.jdbcUrl()))
                .sql(statement)
                .update();
    }

    private List<String> command(String contender, Database database) {
        var postmaster = Long.toString(POSTGRES.pid());
        var command = new ArrayList<String>();
        if (NODE.contains(contender)) {
            var url = database.url()
                    .replace("jdbc:postgresql://", "postgres://" + database.user() + ":" + database.password() + "@");
            command.addAll(List.of("node", "ops/bench/peers.mjs", contender, url, postmaster));
            command.addAll(plan);
        } else {
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-cp",
                    System.getProperty("java.class.path")));
            Arrays.stream(System.getProperties().stringPropertyNames().toArray(String[]::new))
                    .filter(name -> name.startsWith("bench."))
                    .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
            var address = List.of(database.url(), database.user(), database.password());
            if (contender.equals(CEILING)) {
                command.add(Ceiling.class.getName());
                command.addAll(address);
                command.add(plan.get(0));
            } else {
                command.addAll(List.of(Trial.class.getName(), contender));
                command.addAll(address);
                command.add(postmaster);
                command.addAll(plan);
            }
        }
        return command;
    }

    private static Map<String, Object> result(String contender, List<String> command) throws Exception {
        var log = new File("target/bench-" + contender.replace(' ', '-') + ".log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        if (!process.waitFor(Duration.ofMinutes(10).toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
        try (var lines = Files.lines(log.toPath())) {
            var result = lines.filter(line -> line.startsWith("RESULT ")).findFirst();
            if (result.isEmpty()) {
                System.out.println("FAILED: " + contender + ", see " + log);
                return Map.of();
            }
            return JsonMapper.shared().readValue(result.get().substring(7), new TypeReference<>() {});
        }
    }
}
