package dev.rowrunner.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.Commands;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The commands of the older system, each in its new form. */
@RowrunnerTest
class UsageCommandTest {

    @Autowired
    Commands commands;

    @Autowired
    UsageFixture usage;

    @Autowired
    SettableClock clock;

    @BeforeEach
    void clearRedis() {
        usage.redis.commands().flushall();
    }

    @Test
    void aggregatesYesterday() {
        var yesterday = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(1);
        usage.plainIncrement("usage:cli1:" + yesterday + ":queries", 4);

        var result = run("aggregate");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains(yesterday.toString()).contains("1 keys, 1 changed, 0 errors");
        assertThat(usage.total("cli1")).isEqualTo(BigDecimal.valueOf(4));
    }

    @Test
    void aggregatesARangeADayAtATime() {
        usage.plainIncrement("usage:cli2:2025-11-01:queries", 1);
        usage.plainIncrement("usage:cli2:2025-11-03:queries", 2);

        var result = run("aggregate", "--from", "2025-11-01", "--to", "2025-11-03", "--json");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("{\"date\":\"2025-11-01\",\"keysSeen\":1,\"rowsChanged\":1,\"errors\":0}")
                .contains("{\"date\":\"2025-11-02\",\"keysSeen\":0,\"rowsChanged\":0,\"errors\":0}");
        assertThat(usage.total("cli2")).isEqualTo(BigDecimal.valueOf(3));
    }

    @Test
    void aggregatesOneMerchantAndLeavesTheOthers() {
        usage.plainIncrement("usage:cli3:2025-11-01:queries", 1);
        usage.plainIncrement("usage:cli3other:2025-11-01:queries", 2);

        var result = run("aggregate", "--merchant", "cli3", "--date", "2025-11-01");

        assertThat(result.exitCode()).isZero();
        assertThat(usage.total("cli3")).isEqualTo(BigDecimal.ONE);
        assertThat(usage.total("cli3other")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --date 2025-02-30                                  | 2025-02-30
                    --date tomorrow                                    | tomorrow
                    --from 2025-11-03 --to 2025-11-01                  | --to 2025-11-01 is before --from 2025-11-03
                    --from 2025-11-03                                  | --from and --to need each other
                    --merchant nobody --date 2025-11-01                | Merchant nobody has no usage keys in Redis for 2025-11-01
                    --merchant a:b --date 2025-11-01                   | letters, digits
                    """)
    void saysWhatIsWrongAndWritesNothing(String arguments, String message) {
        long runs = runCount();

        var result = run(("aggregate " + arguments).split(" "));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains(message);
        assertThat(runCount()).isEqualTo(runs);
    }

    @Test
    void countsAndShowsTheStatusOfADay() {
        var at = clock.instant();
        var day = LocalDate.ofInstant(at, ZoneOffset.UTC).toString();
        assertThat(run("increment", "cli4", "queries", "--by", "12").out()).contains("counted");
        assertThat(run("increment", "cli4", "queries", "--event-id", "e1").out())
                .contains("counted");
        assertThat(run("increment", "cli4", "queries", "--event-id", "e1").out())
                .contains("duplicate");
        assertThat(run("status", day).out()).contains("1 keys, 1 of them dirty");

        run("aggregate", "--date", day);

        var status = run("status", day);
        assertThat(status.out()).contains("1 keys, 0 of them dirty").contains("queries");
        assertThat(run("status", day, "--json").out()).contains("\"dirtyKeys\":0");
        assertThat(usage.total("cli4")).isEqualTo(BigDecimal.valueOf(13));
    }

    private long runCount() {
        return usage.jdbc
                .sql("SELECT count(*) FROM usage_aggregation_runs")
                .query(Long.class)
                .single();
    }

    private Commands.Result run(String... arguments) {
        return commands.run(UsageCommand.class, arguments);
    }
}
