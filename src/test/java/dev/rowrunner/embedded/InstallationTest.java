package dev.rowrunner.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.testing.Servers;
import dev.rowrunner.testing.TestFolders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;

@Tag("servers")
class InstallationTest {

    private final Path folder = TestFolders.make("installation");

    @AfterEach
    void deleteItsFolder() throws IOException {
        FileSystemUtils.deleteRecursively(folder);
    }

    @Test
    void startsOnceAndIsFoundByCommands() {
        var surroundings = surroundings(Map.of());
        try (var server = new Installation(surroundings)) {
            server.serve();
            server.awaitServers();
            server.publish(Map.of("API_URL", "http://127.0.0.1:8080"));

            assertThat(new Installation(surroundings).urlsOfRunning())
                    .containsOnlyKeys("API_URL", "DATABASE_URL", "REDIS_URL");
            assertThat(redis(surroundings, "set key 'a b'")).isEqualTo("OK\n");
            assertThat(redis(surroundings, "mget key none key")).isEqualTo("a b\n\na b\n");
            assertThatThrownBy(() -> new Installation(surroundings).serve())
                    .hasMessageContaining("runs already")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        assertThat(new Installation(surroundings).urlsOfRunning()).isEmpty();
    }

    @Test
    void aCommandBringsItsOwnServersWhenNoneRun() {
        var surroundings = surroundings(Map.of());

        assertThat(redis(surroundings, "set key kept")).isEqualTo("OK\n");
        assertThat(redis(surroundings, "get key")).isEqualTo("kept\n");

        assertThat(new Installation(surroundings).urlsOfRunning()).isEmpty();
    }

    @Test
    void saysNothingOfItselfAnyMoreWhenItIsClosedWhileItsServersStart() {
        var installation = new Installation(surroundings(Map.of()));
        installation.serve();

        installation.close();
        installation.awaitServers();

        assertThat(folder.resolve("installation.properties")).doesNotExist();
    }

    @Test
    void tellsWhyAServerOfItsOwnDidNotStartAndStopsTheOther() throws IOException {
        var data = Files.createDirectories(folder.resolve("postgres").resolve("data"));
        Files.writeString(data.resolve("PG_VERSION"), "17\n");
        var installation = new Installation(surroundings(Map.of()));

        installation.serve();
        var redis = installation.redis();

        assertThatThrownBy(installation::awaitServers)
                .hasMessageContaining("are of PostgreSQL 17")
                .hasMessageContaining("move the folder away, or set DATABASE_URL");
        installation.close();
        assertThatThrownBy(() -> RedisConnections.requireUsable("REDIS_URL", redis))
                .hasMessageContaining("connection refused");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://u:s3cret@127.0.0.1:CLOSED/d, redis://x, DATABASE_URL, connection refused",
        "postgres://u:s3cret@nohost.invalid/d, redis://x, DATABASE_URL, unknown host",
        "postgres://rowrunner:s3cret@HOST/rowrunner, redis://x, DATABASE_URL, wrong password",
        "RIGHT, redis://:s3cret@127.0.0.1:CLOSED, REDIS_URL, connection refused",
        "RIGHT, redis://:s3cret@nohost.invalid, REDIS_URL, unknown host",
        "RIGHT, redis://HOST, REDIS_URL, NOAUTH",
        "RIGHT, redis://:s3cret@HOST, REDIS_URL, WRONGPASS",
    })
    void namesTheVariableAndTheCauseWhenAServerIsOfNoUse(String database, String redis, String variable, String cause)
            throws IOException {
        var closed = Integer.toString(Servers.freePort());
        var right = Servers.databaseUrl();
        var surroundings = surroundings(Map.of(
                "DATABASE_URL",
                        database.replace("CLOSED", closed)
                                .replace("RIGHT", right.libpqUrl())
                                .replace("HOST", right.hosts()),
                "REDIS_URL",
                        redis.replace("CLOSED", closed)
                                .replace(
                                        "HOST",
                                        RedisUrl.parse(Servers.redisUrl()).place())));

        assertThatThrownBy(() -> new Installation(surroundings).serve())
                .hasMessageStartingWith(variable + ": ")
                .hasMessageContaining(cause)
                .message()
                .doesNotContain("s3cret")
                .doesNotContain("\n");
    }

    private Surroundings surroundings(Map<String, String> variables) {
        var environment = new TreeMap<>(variables);
        environment.put("ROWRUNNER_DATA_DIR", folder.toString());
        return Surroundings.of(environment);
    }

    private static String redis(Surroundings surroundings, String command) {
        var out = new ByteArrayOutputStream();
        var line = new CommandLine(new RedisCommand(surroundings, new PrintStream(out, true, UTF_8)));
        assertThat(line.execute(command)).isZero();
        return out.toString(UTF_8);
    }
}
