package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Recurring;
import dev.rowrunner.testing.Servers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The program as a whole, started and stopped in the role worker. */
@Tag("slow")
class WorkerTest {

    @Test
    void drainsARunningJobBeforeTheProgramGoesDown() {
        var url = Servers.newDatabase("worker_drains");
        var release = new CountDownLatch(1);
        var program = start(url);
        program.getBean(Probe.class).does((args, job) -> release.await());
        program.getBean(Jobs.class).enqueue(Probe.KIND, Probe.Args.named("long"));
        await().atMost(Duration.ofSeconds(60)).until(() -> countOf(url, "processing") == 1);

        var closed = CompletableFuture.runAsync(program::close);
        release.countDown();
        closed.join();

        assertThat(countOf(url, "succeeded")).isOne();
        assertThat(jdbc(url)
                        .sql("SELECT count(*) FROM jobrunr.jobrunr_backgroundjobservers")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void registersTheDeclaredDefinitionsUnlessTheSchedulerIsOff() {
        var url = Servers.newDatabase("worker_schedules");

        start(url, "--ENABLE_JOB_SCHEDULER=false").close();
        assertThat(definitions(url)).isZero();

        start(url).close();
        assertThat(definitions(url)).isOne();
    }

    private static ConfigurableApplicationContext start(String url, String... more) {
        var arguments = Stream.of(
                "--spring.datasource.url=" + url,
                "--rowrunner.redis-url=" + Servers.redisUrl(),
                "--rowrunner.roles=worker",
                "--rowrunner.dashboard.port=0",
                "--server.port=0");
        return new SpringApplicationBuilder(Rowrunner.class, Probe.class, Definitions.class)
                .run(Stream.concat(arguments, Stream.of(more)).toArray(String[]::new));
    }

    private static int definitions(String url) {
        return jdbc(url)
                .sql("SELECT count(*) FROM jobrunr.jobrunr_recurring_jobs WHERE trim(id) = 'test-nightly'")
                .query(Integer.class)
                .single();
    }

    private static int countOf(String url, String state) {
        return jdbc(url)
                .sql("SELECT count(*) FROM jobs WHERE kind = 'test.probe' AND state = :state")
                .param("state", state)
                .query(Integer.class)
                .single();
    }

    private static JdbcClient jdbc(String url) {
        return JdbcClient.create(new DriverManagerDataSource(url));
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Definitions {
        @Bean
        Recurring<Probe.Args> nightly() {
            return Recurring.cron("test-nightly", "0 3 * * *", Probe.KIND, Probe.Args.named("night"));
        }
    }
}
