package dev.rowrunner.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that is measured of one Java contender, in a process of its own so that its processor time and memory are
 * its own. Before anything is measured, each does of every part what takes it half a minute in all, since code takes two to
 * three times as long until it is compiled; and before jobs are drained, PostgreSQL is told how many there are, since
 * some contenders' plans need it. Does what each line on its standard input names, a {@link Part}; prints {@code RESULT} and one JSON object
 * each time, and all else that it prints is noise.
 */
final class Trial {

    /**
     * @param jobs drained, at most
     * @param seconds of each part, at most
     * @param latencySeconds of each offered load
     */
    record Plan(int jobs, int seconds, int latencySeconds) {}

    private static final int WARM_UP = 60_000;
    private static final Duration WARM_DRAINS = Duration.ofSeconds(8);
    private static final Duration WARM_SQL_DRAINS = Duration.ofSeconds(6);
    private static final Duration WARM_SINGLES = Duration.ofSeconds(2);
    private static final int WARM_OFFERS = 4;
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration SINGLES = Duration.ofSeconds(2);

    private final Contender contender;
    private final Database database;
    private final long postmaster;
    private final Plan plan;
    private final Load load = new Load();
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
            new Trial(contender, database, Long.parseLong(args[4]), plan).runWhatIsAsked();
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

    private void runWhatIsAsked() throws Exception {
        try (var pool = database.pool(20)) {
            var jdbc = JdbcClient.create(pool);
            Rows.make(jdbc);
            var asked = new Scanner(System.in, StandardCharsets.UTF_8);
            while (asked.hasNextLine()) {
                results.clear();
                run(Part.valueOf(asked.nextLine()), jdbc);
                System.out.println("RESULT " + JsonMapper.shared().writeValueAsString(results));
            }
        }
    }

    private void run(Part part, JdbcClient jdbc) throws Exception {
        switch (part) {
            case WARM_UP -> warmUp(jdbc);
            case SINGLE -> results.put("single", Load.singles(SINGLES, contender::enqueue));
            case SINGLE_IN_TRANSACTION -> singlesInTransactions("singleInTransaction", SINGLES);
            case BULK_AND_DRAIN -> bulkThenDrain(jdbc);
            case DRAIN_WITH_SQL -> drainWithSql(jdbc);
            case PICKUP_100 -> latency(100, plan.latencySeconds(), patience());
            case PICKUP_1000 -> latency(1000, plan.latencySeconds(), patience());
        }
        contender.clear();
        results.put("heapMb", peakHeap());
    }

    private void warmUp(JdbcClient jdbc) throws Exception {
        Load.singles(WARM_SINGLES, contender::enqueue);
        singlesInTransactions("warmUp", WARM_SINGLES);
        warmUp(WARM_DRAINS, WARM_UP, Work::nothing);
        warmUp(WARM_SQL_DRAINS, WARM_UP / 4, () -> Work.of(n -> Rows.update(jdbc, n)));
        latency(2000, WARM_OFFERS, Duration.ofSeconds(WARM_OFFERS));
        results.clear();
    }

    private void warmUp(Duration time, int most, Supplier<Work> work) throws Exception {
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
            long jobs = enqueueAll(most, Duration.ofSeconds(1));
            drain(work.get(), jobs, Duration.ofNanos(end - System.nanoTime()));
        }
    }

    private void singlesInTransactions(String figure, Duration time) throws Exception {
        var transactions = contender.transactions();
        if (transactions.isPresent()) {
            Load.Single single = n -> transactions.get().run(n, () -> contender.enqueue(n));
            results.put(figure, Load.singles(time, single));
        }
    }

    private void bulkThenDrain(JdbcClient jdbc) throws Exception {
        var before = Costs.now(database, postmaster);
        long began = System.nanoTime();
        long jobs = enqueueAll(plan.jobs(), Duration.ofSeconds(plan.seconds()));
        results.put("bulk", jobs / ((System.nanoTime() - began) / 1e9));
        var enqueued = Costs.now(database, postmaster).minus(before);
        jdbc.sql("ANALYZE").update();
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

    private void drainWithSql(JdbcClient jdbc) throws Exception {
        long jobs = enqueueAll(plan.jobs() / 4, Duration.ofSeconds(plan.seconds() / 2));
        jdbc.sql("ANALYZE").update();
        var work = Work.of(n -> Rows.update(jdbc, n));
        results.put("drainedSql", drain(work, jobs, Duration.ofSeconds(plan.seconds() / 2)));
    }

    private double drain(Work work, long jobs, Duration limit) throws Exception {
        contender.start(work);
        work.await(jobs, limit);
        contender.stop();
        contender.clear();
        return work.rate();
    }

    private long enqueueAll(long jobs, Duration limit) throws Exception {
        return load.enqueueAll(jobs, limit, contender::enqueueAll);
    }

    /**
     * From when each job was to be enqueued, whether the callers kept up or not, until its handler began. The first second
     * does not count.
     */
    private void latency(int perSecond, int seconds, Duration limit) throws Exception {
        int jobs = perSecond * (1 + seconds);
        var nanos = new AtomicLongArray(jobs);
        var work = Work.timing(nanos);
        contender.start(work);
        LockSupport.parkNanos(SETTLE.toNanos());
        var next = new AtomicLong();
        long began = System.nanoTime();
        Load.sideBySide(() -> {
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
        work.await(jobs, limit);
        contender.stop();
        contender.clear();
        results.put("pickup" + perSecond, work.done() < jobs ? Map.of() : quantiles(nanos, perSecond));
    }

    private Duration patience() {
        return Duration.ofSeconds(plan.latencySeconds() + plan.seconds());
    }

    private static Map<String, Double> quantiles(AtomicLongArray nanos, int from) {
        var sorted = IntStream.range(from, nanos.length())
                .mapToLong(nanos::get)
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
