package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that is measured of one Java contender, in a process of its own so that its processor time and memory are
 * its own. Prints {@code RESULT} and one JSON object; all else that it prints is noise.
 */
final class Trial {

    /**
     * @param jobs drained, at most
     * @param seconds of each part, at most
     * @param latencySeconds of offered load
     */
    record Plan(int jobs, int seconds, int latencySeconds) {}

    private static final int WARM_UP = 5000;
    private static final int CHUNK = 5000;
    private static final int CALLERS = 16;
    private static final int ROWS = 10_000;

    private final Contender contender;
    private final Database database;
    private final long postmaster;
    private final Plan plan;
    private final Map<String, Object> results = new LinkedHashMap<>();

    private Trial(Contender contender, Database database, long postmaster, Plan plan) {
        this.contender = contender;
        this.database = database;
        this.postmaster = postmaster;
        this.plan = plan;
    }

    /** contender, URL, user, password, PostgreSQL's process, jobs, seconds, seconds of latency */
    public static void main(String[] args) throws Exception {
        var database = new Database(args[1], args[2], args[3]);
        var plan = new Plan(Integer.parseInt(args[5]), Integer.parseInt(args[6]), Integer.parseInt(args[7]));
        try (var contender = contender(args[0], database)) {
            contender.prepare();
            var trial = new Trial(contender, database, Long.parseLong(args[4]), plan);
            trial.run();
            System.out.println("RESULT " + JsonMapper.shared().writeValueAsString(trial.results));
        }
        System.exit(0);
    }

    private static Contender contender(String name, Database database) {
        return switch (name) {
            case "rowrunner" -> new RowrunnerContender(database);
            case "jobrunr" -> new JobRunrContender(database);
            case "db-scheduler" -> new DbSchedulerContender(database);
            case "quartz" -> new QuartzContender(database);
            default -> throw new IllegalArgumentException("No contender is named '" + name + "'");
        };
    }

    private void run() throws Exception {
        enqueueAll(WARM_UP, Duration.ofSeconds(5));
        singles(Duration.ofSeconds(1));
        drain(Work.nothing(), Long.MAX_VALUE, Duration.ofSeconds(4));

        results.put("single", singles(Duration.ofSeconds(3)));
        contender.clear();
        bulkThenDrain();
        drainWithSql();
        latency(100);
        latency(1000);
        results.put("heapMb", peakHeap());
    }

    private void bulkThenDrain() throws Exception {
        var before = Costs.now(database, postmaster);
        long began = System.nanoTime();
        long jobs = enqueueAll(plan.jobs(), Duration.ofSeconds(plan.seconds()));
        results.put("bulk", jobs / ((System.nanoTime() - began) / 1e9));
        var enqueued = Costs.now(database, postmaster).minus(before);
        var work = Work.nothing();
        contender.start(work);
        work.await(1, Duration.ofSeconds(20));
        var start = Costs.now(database, postmaster);
        long already = work.done();
        work.await(jobs, Duration.ofSeconds(plan.seconds()));
        var spent = Costs.now(database, postmaster).minus(start);
        double counted = work.done() - already;
        contender.stop();
        results.put("drained", work.rate());
        results.put("walPerJob", (double) enqueued.walBytes() / jobs + spent.walBytes() / counted);
        results.put("commitsPerJob", spent.commits() / counted);
        results.put("ownCpuPer1000", spent.ownSeconds() * 1000 / counted);
        results.put("postgresCpuPer1000", spent.postgresSeconds() * 1000 / counted);
        contender.clear();
    }

    private void drainWithSql() throws Exception {
        try (var pool = database.pool(20)) {
            makeRows(pool);
            long jobs = enqueueAll(plan.jobs() / 4, Duration.ofSeconds(plan.seconds() / 2));
            var jdbc = JdbcClient.create(pool);
            var work = Work.of(n -> jdbc.sql("UPDATE bench_row SET n = n + 1 WHERE id = ?")
                    .param(n % ROWS)
                    .update());
            results.put("drainedSql", drain(work, jobs, Duration.ofSeconds(plan.seconds() / 2)));
        }
    }

    private static void makeRows(HikariDataSource pool) {
        var jdbc = JdbcClient.create(pool);
        jdbc.sql("CREATE TABLE bench_row (id bigint PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50)")
                .update();
        jdbc.sql("INSERT INTO bench_row SELECT i, 0 FROM generate_series(0, ?) AS i")
                .param(ROWS)
                .update();
    }

    private double drain(Work work, long jobs, Duration limit) throws Exception {
        contender.start(work);
        work.await(jobs, limit);
        contender.stop();
        contender.clear();
        return work.rate();
    }

    private long enqueueAll(int jobs, Duration limit) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        long stored = 0;
        while (stored < jobs && System.nanoTime() < end) {
            long chunk = Math.min(CHUNK, jobs - stored);
            contender.enqueueAll(
                    LongStream.range(stored, stored + chunk).boxed().toList());
            stored += chunk;
        }
        return stored;
    }

    /** Jobs per second that so many callers store side by side. */
    private double singles(Duration time) throws Exception {
        var stored = new AtomicLong();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        sideBySide(() -> {
            while (System.nanoTime() < end) {
                contender.enqueue(stored.getAndIncrement());
            }
            return null;
        });
        return stored.get() / ((System.nanoTime() - began) / 1e9);
    }

    private static void sideBySide(Callable<Void> caller) throws Exception {
        var threads = Executors.newFixedThreadPool(CALLERS);
        try {
            for (var done : threads.invokeAll(
                    IntStream.range(0, CALLERS).mapToObj(i -> caller).toList())) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    /** From when each job was to be enqueued, whether the callers kept up or not, until its handler began. */
    private void latency(int perSecond) throws Exception {
        int jobs = perSecond * plan.latencySeconds();
        var nanos = new AtomicLongArray(jobs);
        var work = Work.timing(nanos);
        contender.start(work);
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
        var next = new AtomicLong();
        long began = System.nanoTime();
        sideBySide(() -> {
            for (long n = next.getAndIncrement(); n < jobs; n = next.getAndIncrement()) {
                long due = began + n * 1_000_000_000L / perSecond;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                nanos.set((int) n, due);
                contender.enqueue(n);
            }
            return null;
        });
        work.await(jobs, Duration.ofSeconds(plan.latencySeconds() + plan.seconds()));
        contender.stop();
        contender.clear();
        results.put("pickup" + perSecond, work.done() < jobs ? Map.of() : quantiles(nanos));
    }

    private static Map<String, Double> quantiles(AtomicLongArray nanos) {
        var sorted = LongStream.range(0, nanos.length())
                .map(i -> nanos.get((int) i))
                .sorted()
                .toArray();
        return Map.of("p50", at(sorted, 0.5), "p95", at(sorted, 0.95), "p99", at(sorted, 0.99));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(usage -> usage.getUsed())
                        .sum()
                >> 20;
    }
}
