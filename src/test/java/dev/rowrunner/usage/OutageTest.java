package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import dev.rowrunner.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Servers of its own are stopped and killed while a flush is under way. */
@Tag("servers")
class OutageTest {

    private static final int COUNTERS = 30_000;

    private static final TestPostgres POSTGRES = TestPostgres.start();
    private static final TestRedis REDIS = TestRedis.start();
    private static final TestRedis FORGETFUL_REDIS =
            TestRedis.start(TestFolders.make("redis"), Map.of("appendonly", "no", "save", ""));

    private static ConfigurableApplicationContext program;
    private static ConfigurableApplicationContext onForgetfulRedis;

    @BeforeAll
    static void start() {
        program = start(REDIS);
        onForgetfulRedis = start(FORGETFUL_REDIS);
    }

    @AfterAll
    static void stop() {
        program.close();
        onForgetfulRedis.close();
        POSTGRES.close();
        REDIS.close();
        FORGETFUL_REDIS.close();
    }

    private static ConfigurableApplicationContext start(TestRedis redis) {
        return new SpringApplicationBuilder(Rowrunner.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.datasource.url=" + POSTGRES.jdbcUrl(),
                        "spring.datasource.hikari.connection-timeout=1000",
                        "rowrunner.redis-url=" + redis.url(),
                        "rowrunner.roles=",
                        "rowrunner.dashboard.enabled=false",
                        "usage.batch-size=50")
                .run();
    }

    @Test
    void aFlushThatLosesPostgresFailsAndIsMadeUpForAfterItsReturn() {
        count("pgdown");
        var flush = startFlush();
        await().pollInterval(Duration.ofMillis(5)).until(() -> total("pgdown") > 0);

        POSTGRES.kill();
        assertThat(flush).failsWithin(Duration.ofSeconds(20));
        POSTGRES.restart();
        eventually(this::flush);

        assertThat(total("pgdown")).isEqualTo(COUNTERS * 2L);
    }

    @Test
    void aFlushThatLosesRedisFailsAndIsMadeUpForAfterItsReturn() {
        count("redisdown");
        var flush = startFlush();
        await().pollInterval(Duration.ofMillis(5)).until(() -> total("redisdown") > 0);

        REDIS.stop();
        assertThat(flush).failsWithin(Duration.ofSeconds(20));
        REDIS.restart();
        eventually(this::flush);

        assertThat(total("redisdown")).isEqualTo(COUNTERS * 2L);
    }

    @Test
    void aRedisThatForgotEverythingAddsToWhatWasFlushed() {
        var counters = onForgetfulRedis.getBean(UsageCounters.class);
        var aggregation = onForgetfulRedis.getBean(Aggregation.class);
        counters.increment("forgotten", "queries", 100);
        aggregation.run(RunScope.DIRTY, null, Aggregation.Progress.NONE);

        FORGETFUL_REDIS.kill();
        FORGETFUL_REDIS.restart();
        eventually(() -> counters.increment("forgotten", "queries", 130));
        aggregation.run(RunScope.DIRTY, null, Aggregation.Progress.NONE);

        assertThat(total("forgotten")).isEqualTo(230);
    }

    private void count(String merchant) {
        var counters = program.getBean(UsageCounters.class);
        for (int from = 0; from < COUNTERS; from += UsageCounters.MOST_IN_BULK) {
            counters.incrementAll(IntStream.range(from, from + UsageCounters.MOST_IN_BULK)
                    .mapToObj(i -> Increment.of(merchant, "metric" + i, 2))
                    .toList());
        }
    }

    /** Not in the common pool: from JDK 25 on it may have one thread, and Redis' client needs that to connect. */
    private CompletableFuture<Void> startFlush() {
        return CompletableFuture.runAsync(this::flush, flush -> new Thread(flush).start());
    }

    private void flush() {
        program.getBean(Aggregation.class).run(RunScope.DIRTY, null, Aggregation.Progress.NONE);
    }

    /** Until the connections are up again. */
    private static void eventually(Runnable work) {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            work.run();
            return true;
        });
    }

    private static long total(String merchant) {
        return program.getBean(JdbcClient.class)
                .sql("SELECT coalesce(sum(value), 0) FROM merchant_usage WHERE merchant_id = :merchant")
                .param("merchant", merchant)
                .query(Long.class)
                .single();
    }
}
