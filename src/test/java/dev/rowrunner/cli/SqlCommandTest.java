package dev.rowrunner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.embedded.Surroundings;
import dev.rowrunner.testing.Servers;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@Tag("servers")
class SqlCommandTest {

    private final Surroundings surroundings =
            Surroundings.of(Map.of("DATABASE_URL", Servers.databaseUrl().libpqUrl(), "REDIS_URL", Servers.redisUrl()));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void printsRowsAsPsqlDoes() {
        var code = execute(
                "select * from (values (1, null, true, '{\"a\": 1}'::jsonb ? 'a', 'ü'), (2.50, 'x', false, null, '')) v");

        assertThat(code).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("1||t|t|ü\n2.50|x|f||\n");
    }

    @Test
    void printsHowManyRowsAChangeTouched() {
        execute("create table if not exists sql_command_test (id int)");
        out.reset();

        execute("insert into sql_command_test select generate_series(1, 3)");

        assertThat(out.toString(UTF_8)).isEqualTo("3\n");
    }

    @Test
    void failsOnAStatementThatTheDatabaseRefuses() {
        assertThat(execute("selec 1")).isEqualTo(1);
    }

    @Test
    void printsUrlsThatAShellTakesOver() {
        new EnvCommand(surroundings, new PrintStream(out, true, UTF_8)).call();

        assertThat(out.toString(UTF_8))
                .contains("export DATABASE_URL='" + Servers.databaseUrl().libpqUrl() + "'");
    }

    private int execute(String statement) {
        return new CommandLine(new SqlCommand(surroundings, new PrintStream(out, true, UTF_8)))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(statement);
    }
}
