package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;
import dev.rowrunner.bench.GrowthWorker.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * How fast Rowrunner drains as things grow: each variant against the plain case, which is measured right before it, by
 * the same worker. Workers are processes of their own, start while their queue is paused, and do nothing in their
 * handlers; afterwards each job must have run once. Run by {@code make bench-growth}.
 */
final class Growth {

    /** Jobs per second, and what the variant's are to the plain ones of the same round. */
    private record Figures(String name, String label, Spread plain, Spread variant, Spread ratio) {}

    /** Jobs for each worker, which share them. */
    private static final int WARM_UP = 400_000;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Server server = new Server();
    private final int runs;
    private final int jobs;

    private Growth(int runs, int jobs) {
        this.runs = runs;
        this.jobs = jobs;
    }

    /** runs, jobs, whether to fill a table with 10 million rows too, and the names of the variants if not all */
    public static void main(String[] args) throws Exception {
        var only = args.length > 3 ? List.of(args[3].split(",")) : List.<String>of();
        var variants = new ArrayList<>(Variant.ALL);
        variants.removeIf(variant -> !only.isEmpty() && !only.contains(variant.name()));
        if (!Boolean.parseBoolean(args[2]) && variants.remove(Variant.TEN_MILLION)) {
            System.out.println("LEFT OUT: " + Variant.TEN_MILLION.label() + "; FULL=1 measures it");
        }
        new Growth(Integer.parseInt(args[0]), Integer.parseInt(args[1])).run(variants);
        System.exit(0);
    }

    private void run(List<Variant> variants) throws Exception {
        var figures = new ArrayList<Figures>();
        for (var variant : variants) {
            System.err.println(variant.label());
            figures.add(compare(variant));
        }
        var machine = Machine.here(server.version());
        Files.writeString(
                Path.of("target/bench-growth.json"),
                JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(Map.of("machine", machine, "drained", figures)));
        print(figures);
        machine.print();
    }

    private static void print(List<Figures> figures) {
        System.out.println("| drained, jobs/s | with it | without | ratio |");
        System.out.println("|---|---|---|---|");
        for (var each : figures) {
            System.out.printf(
                    "| %s | %s | %s | %s |%n",
                    each.label(),
                    each.variant().text(),
                    each.plain().text(),
                    each.ratio().text());
        }
    }

    private Figures compare(Variant variant) throws Exception {
        var database = server.newDatabase();
        try (var installation = new Installation(database);
                var workers = Workers.launch(variant.workers(), database)) {
            installation.drained(WARM_UP * variant.workers(), Variant.PLAIN, workers);
            var plain = new ArrayList<Double>();
            var changed = new ArrayList<Double>();
            var ratios = new ArrayList<Double>();
            for (int run = 0; run < runs; run++) {
                plain.add(installation.drained(jobs, Variant.PLAIN, workers.first(1)));
                changed.add(installation.drained(jobs, variant, workers));
                ratios.add(changed.get(run) / plain.get(run));
            }
            return new Figures(
                    variant.name(), variant.label(), Spread.of(plain), Spread.of(changed), Spread.of(ratios));
        } finally {
            server.drop(database);
        }
    }

    /** One database with its tables, and who enqueues into it. */
    private static final class Installation implements AutoCloseable {

        private static final String FINISHED =
                "SELECT coalesce(sum(count), 0) FROM rowrunner.job_count WHERE state = 'SUCCEEDED'";

        private static final String RAN_ONCE =
                "SELECT count(*) FROM rowrunner.job WHERE state = 'SUCCEEDED' AND attempt = 1 AND worker IS NOT NULL";

        private final RowrunnerContender producer;
        private final HikariDataSource pool;
        private final JdbcClient jdbc;

        private Installation(Database database) {
            producer = new RowrunnerContender(database);
            producer.prepare();
            pool = database.pool(3);
            jdbc = JdbcClient.create(pool);
        }

        /** Jobs per second, from the first handler's beginning to the last one's end. */
        private double drained(int jobs, Variant variant, Workers workers) throws Exception {
            producer.clear();
            jdbc.sql("TRUNCATE rowrunner.unique_key").update();
            try (var undone = variant.setting().begin(pool)) {
                enqueue(variant.waiting() + jobs, variant);
                if (variant.freshStatistics()) {
                    jdbc.sql("VACUUM ANALYZE rowrunner.job").update();
                }
                var tallies = drain(jobs, workers);
                check(jobs, variant, tallies);
                return rate(tallies);
            }
        }

        private void enqueue(long jobs, Variant variant) throws Exception {
            new Load()
                    .enqueueAll(
                            jobs,
                            PATIENCE,
                            numbers -> producer.enqueueAll(
                                    variant.kind(),
                                    variant.tenants() == 0
                                            ? numbers
                                            : numbers.stream()
                                                    .map(n -> n % variant.tenants())
                                                    .toList()));
        }

        private List<Tally> drain(int jobs, Workers workers) {
            pause(true);
            workers.start();
            long until = finished() + jobs;
            pause(false);
            long patience = System.nanoTime() + PATIENCE.toNanos();
            while (finished() < until) {
                if (System.nanoTime() > patience) {
                    throw new IllegalStateException("Of " + jobs + " jobs some have not run after " + PATIENCE);
                }
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            return workers.stop();
        }

        private void pause(boolean paused) {
            jdbc.sql("UPDATE rowrunner.queue SET paused = ? WHERE name = 'default'")
                    .param(paused)
                    .update();
        }

        private long finished() {
            return jdbc.sql(FINISHED).query(Long.class).single();
        }

        private void check(int jobs, Variant variant, List<Tally> tallies) {
            long calls = tallies.stream().mapToLong(Tally::calls).sum();
            long once = jdbc.sql(RAN_ONCE).query(Long.class).single();
            if (calls != once || variant.waiting() == 0 && calls != jobs) {
                throw new IllegalStateException("Of %d jobs %d succeeded at once, in %d calls of the handler; with %s"
                        .formatted(variant.waiting() + jobs, once, calls, variant.label()));
            }
        }

        private static double rate(List<Tally> tallies) {
            var busy = tallies.stream().filter(tally -> tally.calls() > 0).toList();
            double first = busy.stream().mapToDouble(Tally::first).min().orElseThrow();
            double last = busy.stream().mapToDouble(Tally::last).max().orElseThrow();
            return busy.stream().mapToLong(Tally::calls).sum() * 1000 / (last - first);
        }

        @Override
        public void close() {
            pool.close();
            producer.close();
        }
    }
}
