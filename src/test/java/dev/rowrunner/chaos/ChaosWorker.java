package dev.rowrunner.chaos;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import java.util.Collections;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The program in the role worker, with handlers that leave traces. A process of its own, which ends with its parent. */
@TestConfiguration(proxyBeanMethods = false)
class ChaosWorker {

    /** So many that no job is lost to bad luck alone. */
    private static final Duration[] OFTEN =
            Collections.nCopies(60, Duration.ofMillis(300)).toArray(Duration[]::new);

    public static void main(String[] arguments) {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent ->
                        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        new SpringApplicationBuilder(Rowrunner.class, ChaosWorker.class)
                .web(WebApplicationType.NONE)
                .run(arguments);
    }

    @Value("${rowrunner.worker.name}")
    String worker;

    @Bean
    TracingHandler quick(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.quick").queue("default"));
    }

    @Bean
    TracingHandler slow(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.slow").queue("slow"));
    }

    @Bean
    TracingHandler failing(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.failing").queue("high"));
    }

    @Bean
    TracingHandler limited(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.limited").queue("limited").concurrency(3));
    }

    @Bean
    TracingHandler keyed(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.keyed").queue("limited").concurrencyPer("key", 1));
    }

    /** Fails for good by design. */
    @Bean
    TracingHandler doomed(JdbcClient jdbc) {
        return tracing(jdbc, kind("chaos.doomed").queue("high").retryAfter(Duration.ofMillis(200)));
    }

    private TracingHandler tracing(JdbcClient jdbc, JobKind<TracingHandler.Args> kind) {
        return new TracingHandler(kind, worker, jdbc);
    }

    private static JobKind<TracingHandler.Args> kind(String name) {
        return JobKind.of(name, TracingHandler.Args.class).retryAfter(OFTEN);
    }
}
