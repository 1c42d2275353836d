package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.Commands;
import dev.rowrunner.testing.Commands.Result;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RowrunnerTest
class ScheduleCommandTest {

    private static final String ID = "command-test";

    @Autowired
    Commands commands;

    @Autowired
    JdbcClient jdbc;

    @AfterEach
    void forget() {
        jdbc.sql(
                        "DELETE FROM rowrunner.schedule WHERE id = :id; DELETE FROM rowrunner.schedule_run WHERE schedule_id = :id;"
                                + " DELETE FROM rowrunner.unique_key WHERE job_id IN (SELECT id FROM rowrunner.job WHERE recurring_id = :id);"
                                + " DELETE FROM rowrunner.job WHERE recurring_id = :id")
                .param("id", ID)
                .update();
    }

    @Test
    void makesShowsPausesTriggersAndRemovesASchedule() {
        make();

        assertThat(schedule("list").out())
                .containsPattern(ID + " +usage.aggregate-day +0 3 \\* \\* \\* +Europe/Istanbul +on");
        assertThat(schedule("pause", ID).out()).contains("is paused");
        assertThat(schedule("show", ID).out())
                .contains("paused", "2025-11-01", "by an operator")
                .containsPattern("grace +30m");
        assertThat(schedule("resume", ID).out()).contains("is on");
        assertThat(schedule("next", ID, "--count", "3").out().lines())
                .hasSize(4)
                .allMatch(line -> line.contains("LOCAL") || line.contains("T03:00+03:00"));
        assertThat(schedule("trigger", ID).out().strip()).hasSize(36);
        assertThat(schedule("runs", ID).out()).contains("triggered", "Triggered by");
        assertThat(schedule("set", ID, "--every", "90s").out()).contains("is set");
        assertThat(schedule("show", ID).out()).contains("every 90s");
        assertThat(schedule("remove", ID).out()).contains("is removed");
        assertThat(schedule("show", ID)).satisfies(refused("There is no schedule '" + ID + "'"));
    }

    @Test
    void previewsATimingWithItsNotes() {
        assertThat(schedule("preview", "--cron", "30 2 * * 0", "--zone", "America/New_York", "--count", "60")
                        .out())
                .contains("does not exist");
    }

    @Test
    void namesWhatIsWrong() {
        make();

        assertThat(schedule("set", ID, "--cron", "0 0 30 2 *")).satisfies(refused("'0 0 30 2 *'"));
        assertThat(schedule("set", ID, "--grace", "soon")).satisfies(refused("--grace", "'soon'"));
        assertThat(schedule("set", ID, "--args", "{\"dat\": 1}"))
                .satisfies(refused("args.dat", "did you mean 'date'?"));
        assertThat(schedule("set", ID, "--args", "[")).satisfies(refused("--args", "'['"));
        assertThat(schedule("set", "new-one", "--cron", "0 0 * * *")).satisfies(refused("kind is missing"));
        assertThat(schedule("pause", "comand-test")).satisfies(refused("did you mean '" + ID + "'?"));
        assertThat(schedule("preview", "--zone", "UTC")).satisfies(refused("cron is missing"));
    }

    private void make() {
        assertThat(schedule(
                                "set",
                                ID,
                                "--kind",
                                "usage.aggregate-day",
                                "--args",
                                "{\"date\": \"2025-11-01\"}",
                                "--cron",
                                "0 3 * * *",
                                "--zone",
                                "Europe/Istanbul",
                                "--grace",
                                "30m")
                        .err())
                .isEmpty();
    }

    private static Consumer<Result> refused(String... words) {
        return result -> {
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).contains(words).doesNotContain("\tat ");
        };
    }

    private Result schedule(String... arguments) {
        return commands.run(ScheduleCommand.class, arguments);
    }
}
