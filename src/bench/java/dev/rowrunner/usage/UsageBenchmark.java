package dev.rowrunner.usage;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import dev.rowrunner.testing.TestRedis;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures usage metering against the ways that people would do without it, all in one run on one machine: what counts
 * are the ratios. Run by {@code make bench-usage}; the first argument is the number of counters. The ceiling and the flush
 * are both warmed up, as in a worker that has run for a while, or the JIT compiler would be measured too. The machine
 * has to be quiet: next to the ratios of rates, which other programs spoil, stand those of processor time, which they
 * spoil less.
 */
final class UsageBenchmark {

    private static final TestPostgres POSTGRES = TestPostgres.start(
            TestFolders.make("postgres"), Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on"));
    private static final TestRedis REDIS = TestRedis.start();

    private static final String DAY = "2026-01-0";

    private final int size;
    private final JdbcClient jdbc;
    private final RedisConnection redis;
    private final UsageCounters counters;
    private final Aggregation aggregation;

    private UsageBenchmark(
            int size, JdbcClient jdbc, RedisConnection redis, UsageCounters counters, Aggregation aggregation) {
        this.size = size;
        this.jdbc = jdbc;
        this.redis = redis;
        this.counters = counters;
        this.aggregation = aggregation;
    }

    public static void main(String[] args) throws Exception {
        int size = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        var program = new SpringApplicationBuilder(Rowrunner.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.datasource.url=" + POSTGRES.jdbcUrl(),
                        "rowrunner.redis-url=" + REDIS.url(),
                        "rowrunner.roles=",
                        "rowrunner.dashboard.enabled=false",
                        "logging.level.root=WARN")
                .run();
        new UsageBenchmark(
                        size,
                        program.getBean(JdbcClient.class),
                        program.getBean(RedisConnection.class),
                        program.getBean(UsageCounters.class),
                        program.getBean(Aggregation.class))
                .run();
        program.close();
        System.exit(0);
    }

    private void run() throws Exception {
        System.out.printf(
                "%,d counters, heap %d MB, %s%n", size, Runtime.getRuntime().maxMemory() >> 20, settings());
        warmUp();
        var ceilingNew = ceiling("new", size, 0);
        var ceilingChanged = ceiling("changed", size, 1);
        jdbc.sql("DROP TABLE ceiling").update();

        double bulk =
                rate("increments in bulk, one caller", size, this::incrementAll).perSecond();
        var flushNew = rate("flush, new rows", size, this::flushDirty);
        incrementAll();
        var flushChanged = rate("flush, changed rows", size, this::flushDirty);
        incrementSome(1_000);
        double small = seconds(this::flushDirty);
        System.out.printf("%-44s %10.3f s%n", "flush of 1,000 dirty among all", small);
        reportUnchanged();
        double single = singles();
        double naive = naive();
        double plain = plain();

        System.out.println();
        ratio("flush of new rows to the ceiling", flushNew.perSecond() / ceilingNew.perSecond(), "at least 0.6");
        ratio(
                "flush of changed rows to the ceiling",
                flushChanged.perSecond() / ceilingChanged.perSecond(),
                "at least 0.6");
        ratio("flush of new rows to GET + UPSERT per key", flushNew.perSecond() / naive, "at least 60");
        ratio("flush of new rows to MGET + unnest", flushNew.perSecond() / plain, "");
        ratio("processor time, ceiling to flush, new rows", ceilingNew.cpu() / flushNew.cpu(), "");
        ratio("processor time, ceiling to flush, changed", ceilingChanged.cpu() / flushChanged.cpu(), "");
        System.out.printf(
                "increments in bulk %,.0f/s (50,000), single with 32 callers %,.0f/s (10,000)%n", bulk, single);
        System.out.printf("peak heap %d MB%n", peakHeap() >> 20);
    }

    /** A fifth of everything that is compared with the ceiling, and the ceiling. */
    private void warmUp() throws Exception {
        System.out.println("warming up");
        ceiling("new", size / 5, 0);
        ceiling("changed", size / 5, 1);
        jdbc.sql("DROP TABLE ceiling").update();
        for (int time = 0; time < 2; time++) {
            incrementTo(size / 5);
            rate("flush", size / 5, this::flushDirty);
        }
        jdbc.sql("TRUNCATE usage.counter").update();
        redis.commands().flushall();
        System.out.println("warm");
    }

    private String settings() {
        return jdbc.sql(
                        "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync')"
                                + " || ', synchronous_commit ' || current_setting('synchronous_commit')")
                .query(String.class)
                .single();
    }

    // ---- ours

    private void incrementAll() {
        incrementTo(size);
    }

    private void incrementTo(int end) {
        for (int from = 0; from < end; from += UsageCounters.MOST_IN_BULK) {
            counters.incrementAll(IntStream.range(from, Math.min(end, from + UsageCounters.MOST_IN_BULK))
                    .mapToObj(UsageBenchmark::increment)
                    .toList());
        }
    }

    private void incrementSome(int some) {
        counters.incrementAll(IntStream.range(0, some)
                .mapToObj(i -> increment(i * (size / some)))
                .toList());
    }

    private static Increment increment(int i) {
        return Increment.of(merchant(i), metric(i), 3);
    }

    private static String merchant(int i) {
        return "merchant_" + i / 10;
    }

    private static String metric(int i) {
        return "metric_" + i % 10;
    }

    private void flushDirty() {
        aggregation.run(RunScope.DIRTY, null, Aggregation.Progress.NONE);
    }

    private void reportUnchanged() throws Exception {
        long before = walBytes();
        double seconds = seconds(() -> aggregation.run(RunScope.ALL, null, Aggregation.Progress.NONE));
        System.out.printf(
                "%-44s %10.3f s, %,d bytes of WAL%n", "search of all, none changed", seconds, walBytes() - before);
    }

    private long walBytes() {
        return jdbc.sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
                .query(Long.class)
                .single();
    }

    private double singles() throws Exception {
        int each = 5_000;
        var callers = Executors.newFixedThreadPool(32);
        var rate = rate("increments one by one, 32 callers", 32 * each, () -> {
            var calls = new ArrayList<Future<?>>();
            for (int caller = 0; caller < 32; caller++) {
                int mine = caller;
                calls.add(callers.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        counters.increment(merchant(mine * each + i), metric(i), 1);
                    }
                }));
            }
            for (var call : calls) {
                call.get();
            }
        });
        callers.shutdown();
        return rate.perSecond();
    }

    // ---- the others

    /** PostgreSQL alone: two connections that upsert as many made-up rows, and nothing else. */
    private Rate ceiling(String what, int rows, int plus) throws Exception {
        if (plus == 0) {
            jdbc.sql("CREATE TABLE ceiling (LIKE usage.counter INCLUDING ALL) WITH (fillfactor = 70)")
                    .update();
        }
        return rate("PostgreSQL alone, 2 connections, " + what + " rows", rows, () -> {
            var pool = Executors.newFixedThreadPool(2);
            List<Callable<Void>> halves =
                    List.of(() -> upsertMadeUp(0, rows / 2, plus), () -> upsertMadeUp(rows / 2, rows, plus));
            for (var half : pool.invokeAll(halves)) {
                half.get();
            }
            pool.shutdown();
        });
    }

    private static Void upsertMadeUp(int from, int to, int plus) throws SQLException {
        try (var connection = DriverManager.getConnection(POSTGRES.jdbcUrl());
                var statement = connection.prepareStatement("""
                        INSERT INTO ceiling AS stored
                            (merchant_id, usage_date, usage_hour, metric_type, epoch, base, value, flush, flushed_at)
                        SELECT m, d, -1, t, e, 0, v, 1, now()
                        FROM unnest(?::text[], ?::date[], ?::text[], ?::bigint[], ?::bigint[]) AS u (m, d, t, e, v)
                        ON CONFLICT (merchant_id, usage_date, metric_type, usage_hour, epoch) DO UPDATE
                        SET value = excluded.value, flushed_at = excluded.flushed_at WHERE stored.value < excluded.value
                        """)) {
            for (int start = from; start < to; start += 2_000) {
                int end = Math.min(to, start + 2_000);
                bindMadeUp(connection, statement, IntStream.range(start, end).toArray(), plus);
                statement.executeUpdate();
            }
        }
        return null;
    }

    private static void bindMadeUp(Connection connection, java.sql.PreparedStatement statement, int[] rows, int plus)
            throws SQLException {
        var pg = connection.unwrap(PGConnection.class);
        statement.setArray(1, connection.createArrayOf("text", strings(rows, UsageBenchmark::merchant)));
        statement.setArray(2, connection.createArrayOf("date", strings(rows, i -> DAY + (1 + i % 9))));
        statement.setArray(3, connection.createArrayOf("text", strings(rows, UsageBenchmark::metric)));
        statement.setArray(
                4,
                pg.createArrayOf(
                        "int8",
                        Arrays.stream(rows).asLongStream().map(i -> i * 7919L).toArray()));
        statement.setArray(
                5,
                pg.createArrayOf(
                        "int8",
                        Arrays.stream(rows).asLongStream().map(i -> i + plus).toArray()));
    }

    private static String[] strings(int[] rows, java.util.function.IntFunction<String> of) {
        return Arrays.stream(rows).mapToObj(of).toArray(String[]::new);
    }

    /** One GET and one UPSERT for each key. */
    private double naive() throws Exception {
        createPlain("naive");
        int some = 3_000;
        return rate("GET + UPSERT for each of 3,000 keys", some, () -> {
                    try (var connection = DriverManager.getConnection(POSTGRES.jdbcUrl());
                            var statement = connection.prepareStatement(
                                    "INSERT INTO naive VALUES (?, ?::bigint) ON CONFLICT (key) DO UPDATE SET value = excluded.value")) {
                        var keys = redis.commands()
                                .scan(ScanArgs.Builder.matches("usage:*").limit(20 * some))
                                .getKeys();
                        for (var key : keys.subList(0, some)) {
                            statement.setString(1, key);
                            statement.setString(2, redis.commands().get(key));
                            statement.executeUpdate();
                        }
                    }
                })
                .perSecond();
    }

    /** SCAN 5000, MGET, and one upsert through unnest, on one thread. */
    private double plain() throws Exception {
        createPlain("plain");
        return rate("SCAN + MGET + unnest, one thread", size, () -> {
                    try (var connection = DriverManager.getConnection(POSTGRES.jdbcUrl());
                            var statement = connection.prepareStatement(
                                    "INSERT INTO plain SELECT * FROM unnest(?::text[], ?::bigint[])"
                                            + " ON CONFLICT (key) DO UPDATE SET value = excluded.value")) {
                        ScanCursor cursor = ScanCursor.INITIAL;
                        do {
                            var part = redis.commands()
                                    .scan(
                                            cursor,
                                            ScanArgs.Builder.matches("usage:*").limit(5_000));
                            cursor = part;
                            if (!part.getKeys().isEmpty()) {
                                var keys = part.getKeys().toArray(String[]::new);
                                var values = redis.commands().mget(keys).stream()
                                        .mapToLong(value -> Long.parseLong(value.getValue()))
                                        .toArray();
                                statement.setArray(1, connection.createArrayOf("text", keys));
                                statement.setArray(
                                        2, connection.unwrap(PGConnection.class).createArrayOf("int8", values));
                                statement.executeUpdate();
                            }
                        } while (!cursor.isFinished());
                    }
                })
                .perSecond();
    }

    private void createPlain(String table) {
        jdbc.sql("CREATE TABLE " + table + " (key text PRIMARY KEY, value bigint NOT NULL)")
                .update();
    }

    // ---- measuring

    private interface Work {
        void run() throws Exception;
    }

    /** @param cpu seconds of all three processes for one item */
    private record Rate(double perSecond, double cpu) {}

    private Rate rate(String what, int items, Work work) throws Exception {
        var before = Cpu.now(redis, jdbc);
        double rate = items / seconds(work);
        var used = Cpu.now(redis, jdbc).since(before, items);
        System.out.printf("%-44s %,10.0f /s   %s%n", what, rate, used.describe());
        return new Rate(rate, used.java() + used.redis() + used.postgres());
    }

    /** CPU seconds that each process has used so far; Linux only, otherwise PostgreSQL's are 0. */
    private record Cpu(double java, double redis, double postgres) {

        static Cpu now(RedisConnection redis, JdbcClient jdbc) throws IOException {
            double java = ProcessHandle.current()
                            .info()
                            .totalCpuDuration()
                            .orElse(Duration.ZERO)
                            .toNanos()
                    / 1e9;
            double server = redis.commands()
                    .info("cpu")
                    .lines()
                    .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                    .sum();
            return new Cpu(java, server, postgres(jdbc));
        }

        private static double postgres(JdbcClient jdbc) throws IOException {
            if (!Files.exists(Path.of("/proc/self/stat"))) {
                return 0;
            }
            var directory = jdbc.sql("SELECT current_setting('data_directory')")
                    .query(String.class)
                    .single();
            var postmaster =
                    Files.readAllLines(Path.of(directory, "postmaster.pid")).get(0);
            var children = Files.readString(Path.of("/proc", postmaster, "task", postmaster, "children"));
            double ticks = ticks(postmaster);
            for (var child : children.trim().split(" ")) {
                ticks += ticks(child);
            }
            return ticks / 100;
        }

        /** A process that has ended meanwhile left its time to its parent. */
        private static double ticks(String pid) throws IOException {
            String stat;
            try {
                stat = Files.readString(Path.of("/proc", pid, "stat"));
            } catch (NoSuchFileException e) {
                return 0;
            }
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return IntStream.rangeClosed(11, 14)
                    .mapToDouble(i -> Double.parseDouble(fields[i]))
                    .sum();
        }

        Cpu since(Cpu before, int items) {
            return new Cpu(
                    (java - before.java) / items, (redis - before.redis) / items, (postgres - before.postgres) / items);
        }

        String describe() {
            return String.format(
                    "CPU microseconds each: Java %.1f, Redis %.1f, PostgreSQL %.1f",
                    java * 1e6, redis * 1e6, postgres * 1e6);
        }
    }

    private static double seconds(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static void ratio(String what, double ratio, String target) {
        System.out.printf("%-44s %10.2f   %s%n", what, ratio, target);
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }
}
