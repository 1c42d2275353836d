package dev.rowrunner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RowrunnerTest
class StartTest {

    @Autowired
    JdbcClient jdbc;

    @Test
    void startsOnPostgres18() {
        var version = jdbc.sql("show server_version").query(String.class).single();

        assertThat(version).startsWith("18.");
    }
}
