package dev.rowrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Three workers, several queues, and everything that can happen to them. {@code make chaos} does it for minutes. */
@Tag("servers")
class ChaosTest {

    private static final int JOBS = Integer.getInteger("chaos.jobs", 2000);
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("chaos.seconds", 20));
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

    @Test
    @Timeout(900)
    void losesNoJobAndRunsNoneTwiceAtOnce() {
        System.out.println("Chaos with " + JOBS + " jobs; again: make chaos SEED=" + SEED);
        try (var postgres = TestPostgres.start(TestFolders.make("chaos"), Map.of());
                var chaos = new Chaos(postgres, Path.of("target", "chaos"), LEASE, SEED)) {
            var jdbc = JdbcClient.create(new DriverManagerDataSource(postgres.jdbcUrl()));
            var verdict = new Verdict(jdbc, LEASE);
            chaos.startWorkers();
            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> verdict.liveWorkers() == 3);
            verdict.prepare();

            var enqueueing = new Enqueueing(postgres.jdbcUrl(), JOBS, TIME, SEED);
            var enqueued = CompletableFuture.runAsync(enqueueing);
            chaos.rage(TIME);
            enqueued.join();
            await().atMost(Duration.ofMinutes(2)).until(() -> verdict.unfinished() == 0);
            chaos.stopWorkers();

            verdict.hear(enqueueing.acknowledged(), chaos.events());
            System.out.println(verdict.report());
            System.out.println("outcomes refused: " + chaos.linesWith("Outcome refused")
                    + ", workers that signed on anew: " + chaos.linesWith("was taken for lost") + ", workers lost: "
                    + chaos.linesWith("A worker was lost"));
            assertThat(verdict.complaints()).isEmpty();
        }
    }
}
