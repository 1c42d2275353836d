package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.Servers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Whatever runs at once and whatever is cut: the totals are the increments that were sent, to the unit. */
@RowrunnerTest
class ExactTotalsTest {

    private static final int MERCHANTS = 40;
    private static final int INCREMENTS_EACH = 1_500;

    @Autowired
    UsageCounters counters;

    @Autowired
    UsageFixture usage;

    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final AtomicBoolean counting = new AtomicBoolean(true);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Other programs: on a connection of their own, which nobody cuts. */
    private final RedisClient otherClient = RedisClient.create(Servers.redisUrl());

    private final RedisCommands<String, String> others = otherClient.connect().sync();

    @BeforeEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    @AfterEach
    void stop() throws InterruptedException {
        counting.set(false);
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        otherClient.shutdown();
    }

    @Test
    void totalsAreExactWithFlushesSideBySideAndConnectionsCutAllTheWhile() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("ExactTotalsTest seed " + seed);
        var callers = Stream.of(
                        threads.submit(() -> countOneByOne(new Random(seed))),
                        threads.submit(() -> countInBulk(new Random(seed + 1))),
                        threads.submit(() -> countPlainly(new Random(seed + 2))))
                .toList();
        var cutters = List.of(
                threads.submit(() -> whileCounting(usage::flushDirty)),
                threads.submit(() -> whileCounting(usage::search)),
                threads.submit(() -> whileCounting(usage::flushDirty)),
                threads.submit(() -> whileCounting(() -> cutConnections(new Random(seed + 3)))));
        awaitAll(callers);
        counting.set(false);
        awaitAll(cutters);
        usage.search();

        var totals = IntStream.range(0, MERCHANTS)
                .boxed()
                .collect(Collectors.toMap(
                        ExactTotalsTest::merchant, m -> usage.total(merchant(m)).longValueExact()));
        assertThat(totals).containsExactlyInAnyOrderEntriesOf(sent);
    }

    private void countOneByOne(Random random) {
        for (int i = 0; i < INCREMENTS_EACH; i++) {
            var increment = increment(random);
            untilTaken(() -> counters.increment(increment));
            sent.merge(increment.merchant(), increment.by(), Long::sum);
        }
    }

    private void countInBulk(Random random) {
        for (int i = 0; i < INCREMENTS_EACH; i += 50) {
            var increments = Stream.generate(() -> increment(random)).limit(50).toList();
            untilTaken(() -> counters.incrementAll(increments));
            increments.forEach(one -> sent.merge(one.merchant(), one.by(), Long::sum));
        }
    }

    private void countPlainly(Random random) {
        for (int i = 0; i < INCREMENTS_EACH; i++) {
            var merchant = merchant(random.nextInt(MERCHANTS));
            others.incrby("usage:" + merchant + ":2025-11-01:queries", 3);
            sent.merge(merchant, 3L, Long::sum);
        }
    }

    private static Increment increment(Random random) {
        return new Increment(
                merchant(random.nextInt(MERCHANTS)),
                "metric_" + random.nextInt(3),
                1 + random.nextInt(1_000),
                UUID.randomUUID().toString(),
                null);
    }

    private static String merchant(int number) {
        return "exact" + number;
    }

    private static void untilTaken(Runnable increment) {
        while (true) {
            try {
                increment.run();
                return;
            } catch (CountersUnavailable cut) {
                Thread.onSpinWait();
            }
        }
    }

    private void whileCounting(Runnable work) {
        while (counting.get()) {
            try {
                work.run();
            } catch (CountersUnavailable | DataAccessException | TransactionException cut) {
                Thread.onSpinWait();
            }
        }
    }

    private void cutConnections(Random random) {
        if (random.nextInt(20) == 0) {
            usage.cutRedisConnection(others);
        }
        if (random.nextInt(4) == 0) {
            usage.jdbc
                    .sql(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE"
                                    + " datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%usage.counter%'")
                    .query(Long.class)
                    .single();
        }
    }

    private static void awaitAll(List<? extends Future<?>> all) throws Exception {
        for (var one : all) {
            one.get();
        }
    }
}
