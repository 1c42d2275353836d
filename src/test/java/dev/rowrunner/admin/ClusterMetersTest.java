package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.Servers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@RowrunnerTest
class ClusterMetersTest {

    @Autowired
    JdbcClient jdbc;

    @Autowired
    ClusterMeters meters;

    @Autowired
    Api api;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void tellsOfEachQueueWhatWaitsAndWhoListens() {
        jdbc.sql("INSERT INTO rowrunner.queue (name, paused) VALUES ('measured', true) ON CONFLICT DO NOTHING")
                .update();
        var kind = jdbc.sql("SELECT name FROM rowrunner.kind LIMIT 1")
                .query(String.class)
                .single();
        var fresh = new ClusterMeters(jdbc, registry);
        fresh.refresh();
        double before = waiting();

        jdbc.sql("SELECT rowrunner.enqueue(:kind, '{}', 'measured')::text")
                .param("kind", kind)
                .query(String.class)
                .single();
        fresh.refresh();

        assertThat(waiting()).isEqualTo(before + 1);
        assertThat(registry.get("rowrunner.queue.oldest.age.seconds")
                        .tag("queue", "measured")
                        .gauge()
                        .value())
                .isNotNegative();
        assertThat(registry.get("rowrunner.queue.paused")
                        .tag("queue", "measured")
                        .gauge()
                        .value())
                .isOne();
        assertThat(registry.get("rowrunner.queue.workers")
                        .tag("queue", "measured")
                        .gauge()
                        .value())
                .isNotNegative();
        assertThat(registry.get("rowrunner.database.up").gauge().value()).isOne();
    }

    private double waiting() {
        return registry.get("rowrunner.queue.jobs")
                .tags("queue", "measured", "state", "enqueued")
                .gauge()
                .value();
    }

    @Test
    void saysSoWhileTheDatabaseIsAway() throws IOException {
        var nowhere = JdbcClient.create(new DriverManagerDataSource(
                "jdbc:postgresql://127.0.0.1:" + Servers.freePort() + "/rowrunner", "rowrunner", "hunter2"));

        new ClusterMeters(nowhere, registry).refresh();

        assertThat(registry.get("rowrunner.database.up").gauge().value()).isZero();
    }

    @Test
    void isReadByPrometheus() {
        meters.refresh();

        var scraped = api.as(Role.VIEWER)
                .get()
                .uri("/actuator/prometheus")
                .exchange()
                .returnResult(String.class)
                .getResponseBody();

        assertThat(scraped)
                .contains("rowrunner_queue_jobs{queue=\"default\",state=\"enqueued\"}")
                .contains("rowrunner_workers{what=\"alive\"}", "rowrunner_database_up 1.0", "hikaricp_connections");
    }
}
