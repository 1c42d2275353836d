package dev.rowrunner.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.postgres.DatabaseConnections;
import dev.rowrunner.testing.TestFolders;
import dev.rowrunner.testing.TestPostgres;
import dev.rowrunner.testing.TestRedis;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("servers")
class EmbeddedServersTest {

    @Test
    void postgresKeepsItsDataWhenItIsKilled() throws SQLException {
        try (var postgres = TestPostgres.start()) {
            sql(postgres, "create table kept as select 42 as answer");

            postgres.kill();
            postgres.restart();

            assertThat(sql(postgres, "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    void postgresThatAKilledProgramLeftRunningIsStoppedByTheNextStart() throws SQLException {
        try (var postgres = TestPostgres.start()) {
            sql(postgres, "create table kept as select 42 as answer");

            postgres.restart();

            assertThat(sql(postgres, "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    void redisKeepsItsDataWhenItIsStoppedAndWhenItIsLeftRunning() {
        try (var redis = TestRedis.start(TestFolders.make("redis"), Map.of("appendfsync", "always"))) {
            redis(redis, "kept");

            redis.kill();
            redis.restart();
            redis.stop();
            redis.restart();
            redis.restart();

            assertThat(redis(redis, "again")).isEqualTo("kept");
        }
    }

    @Test
    void nobodyElseMayReadThePasswords() throws IOException {
        var folder = TestFolders.make("redis");

        try (var redis = TestRedis.start(folder, Map.of())) {
            assertThat(redis.url()).contains(Files.readString(folder.resolve("password")));
            assertThat(permissions(folder.resolve("password"))).isEqualTo("rw-------");
            assertThat(permissions(folder.resolve("redis.conf"))).isEqualTo("rw-------");
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String sql(TestPostgres postgres, String statement) throws SQLException {
        try (var connection = DatabaseConnections.open(postgres.url());
                var running = connection.createStatement()) {
            if (!running.execute(statement)) {
                return "";
            }
            var rows = running.getResultSet();
            rows.next();
            return rows.getString(1);
        }
    }

    /** Sets the key and answers what it was. */
    private static String redis(TestRedis redis, String value) {
        var client = RedisClient.create(redis.url());
        try (var connection = client.connect()) {
            return connection.sync().setGet("key", value);
        } finally {
            client.shutdown();
        }
    }
}
