package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Recurring;
import dev.rowrunner.runner.ScheduleEdit;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

@MachineRoomTest
class DeclaredSchedulesTest {

    private static final Probe.Args ARGS = Probe.Args.named("tick");

    @Autowired
    DeclaredSchedules schedules;

    @Autowired
    JobStorage storage;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    @AfterEach
    void forget() {
        jdbc.sql("UPDATE rowrunner.schedule SET declared = NULL; DELETE FROM rowrunner.schedule")
                .update();
    }

    @Test
    void storesWhatIsDeclaredWithItsPolicies() {
        declare(
                Recurring.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Lisbon"), Probe.KIND, ARGS)
                        .misfireAll(7)
                        .grace(Duration.ofHours(3)),
                every("often", 60).misfire(Recurring.Misfire.SKIP).paused());

        assertThat(jdbc.sql(
                                "SELECT id, kind, cron, every::text, zone, enabled, misfire, misfire_cap, grace::text, overlap,"
                                        + " cardinality(edited) AS edits FROM schedules ORDER BY id")
                        .query()
                        .listOfRows())
                .extracting(row -> row.values().toString())
                .containsExactly(
                        "[nightly, test.probe, 0 3 * * *, null, Europe/Lisbon, true, all, 7, 03:00:00, allow, 0]",
                        "[often, test.probe, null, 00:01:00, UTC, false, skip, 100, 01:00:00, skip, 0]");
        assertThat(storage.getRecurringJobs())
                .extracting(job -> job.getId() + " " + job.getJobName() + " " + job.getScheduleExpression())
                .containsExactlyInAnyOrder("nightly test.probe 0 3 * * *", "often test.probe PT1M");
    }

    @Test
    void leavesAnUnchangedScheduleAloneAndChangesADeclaredOne() {
        declare(every("same", 60), every("changed", 60));
        var made = value("same", "changed_at");

        declare(every("same", 60), every("changed", 61));

        assertThat(value("same", "changed_at")).isEqualTo(made);
        assertThat(value("changed", "every::text")).isEqualTo("00:01:01");
    }

    @Test
    void neverOverwritesWhatAnOperatorEdited() {
        declare(every("flush", 60));
        jdbc.sql("UPDATE rowrunner.schedule SET every = '2 minutes', enabled = false WHERE id = 'flush'")
                .update();

        declare(every("flush", 61).grace(Duration.ofHours(2)));

        assertThat(jdbc.sql("SELECT every::text || ' ' || enabled || ' ' || grace || ' ' || edited::text || ' '"
                                + " || (declared ->> 'every') FROM schedules")
                        .query(String.class)
                        .single())
                .isEqualTo("00:02:00 false 02:00:00 {enabled,every} 00:01:01");
        jdbc.sql("SELECT rowrunner.reset_schedule('flush')").query(String.class).optional();
        assertThat(jdbc.sql("SELECT every::text || ' ' || enabled || ' ' || edited::text FROM schedules")
                        .query(String.class)
                        .single())
                .isEqualTo("00:01:01 true {}");
    }

    @Test
    void doesNotBringBackWhatAnOperatorRemovedButWhatCodeDeclaresAnew() {
        declare(every("unwanted", 60), every("gone", 60));
        jdbc.sql("DELETE FROM rowrunner.schedule WHERE id = 'unwanted'").update();

        declare(every("unwanted", 60));
        assertThat(ids()).isEmpty();
        declare(every("unwanted", 61), every("gone", 60));

        assertThat(ids()).containsExactly("gone");
        assertThat(storage.getRecurringJobs()).hasSize(1);
    }

    @Test
    void deletingInTheDashboardLeavesATombstone() {
        declare(every("declared", 60));

        assertThat(storage.deleteRecurringJob("declared")).isOne();
        assertThat(storage.deleteRecurringJob("declared")).isZero();
        declare(every("declared", 60));

        assertThat(ids()).isEmpty();
    }

    @Test
    void leavesAnOperatorsScheduleOfTheSameNameAsItIs() {
        jdbc.sql(
                        "INSERT INTO rowrunner.schedule (id, kind, args, cron) VALUES ('mine', 'test.probe', '{}', '0 1 * * *')")
                .update();

        declare(every("mine", 60));
        assertThat(value("mine", "cron")).isEqualTo("0 1 * * *");
        declare();

        assertThat(ids()).isEmpty();
    }

    @Test
    void configurationChangesADeclaredScheduleAndDeclaresANewOne() {
        schedules.register(
                List.of(every("flush", 60)),
                configuration(
                        "[flush].cron", "*/5 * * * *",
                        "[flush].zone", "Europe/Istanbul",
                        "[flush].misfire-cap", "5",
                        "[flush].grace", "10m",
                        "[new.one].kind", "test.probe",
                        "[new.one].every", "90s",
                        "[new.one].args.name", "configured"));

        assertThat(jdbc.sql(
                                "SELECT id || ' ' || coalesce(cron, every::text) || ' ' || zone || ' ' || misfire_cap || ' ' || grace"
                                        + " || ' ' || (args ->> 'name') FROM schedules ORDER BY id")
                        .query(String.class)
                        .list())
                .containsExactly(
                        "flush */5 * * * * Europe/Istanbul 5 00:10:00 tick",
                        "new.one 00:01:30 UTC 100 01:00:00 configured");
    }

    static Stream<Arguments> badConfiguration() {
        return Stream.of(
                bad("[flsh].cron", "0 0 * * *", "rowrunner.schedules[flsh]", "did you mean 'flush'?"),
                bad("[flush].crn", "0 0 * * *", "crn", "did you mean 'cron'?"),
                bad("[flush].cron", "0 0 30 2 *", "rowrunner.schedules[flush].cron", "'0 0 30 2 *'"),
                bad("[flush].cron", "*/2 * * * * *", "rowrunner.schedules[flush].cron", "5 seconds", "'*/2 * * * * *'"),
                bad(
                        "[flush].zone",
                        "Europe/Istambul",
                        "rowrunner.schedules[flush].zone",
                        "did you mean 'Europe/Istanbul'?"),
                bad("[flush].every", "1s", "rowrunner.schedules[flush].every", "5 seconds", "PT1S"),
                bad("[flush].misfire", "skp", "misfire", "skip, coalesce, all", "'skp'", "did you mean 'skip'?"),
                bad("[flush].misfire-cap", "0", "misfireCap", "1 to 1000", "was 0"),
                bad("[flush].grace", "40d", "grace", "31 days", "PT960H"),
                bad("[flush].overlap", "maybe", "overlap", "skip, allow", "'maybe'"),
                bad("[flush].kind", "test.prob", "kind", "'test.prob'", "did you mean 'test.probe'?"),
                bad("[flush].args.nam", "x", "args.nam", "test.probe", "did you mean 'name'?"),
                bad("[flush].args.at", "soon", "args.at", "test.probe", "soon"));
    }

    private static Arguments bad(String property, String value, String... words) {
        return Arguments.of(property, value, words);
    }

    @ParameterizedTest
    @MethodSource("badConfiguration")
    void stopsTheStartWithTheFieldItsValueAndItsBound(String property, String value, String[] words) {
        assertThatThrownBy(() -> schedules.register(List.of(every("flush", 60)), configuration(property, value)))
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
        assertThat(ids()).isEmpty();
    }

    @Test
    void refusesADeclarationThatCantBe() {
        assertThatThrownBy(() -> declare(Recurring.cron("broken", "61 * * * *", Probe.KIND, ARGS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'broken'", "'61 * * * *'");
        assertThatThrownBy(() -> declare(every("twin", 60), every("twin", 60)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'twin'");
        assertThatThrownBy(() -> declare(Recurring.every(
                        "homeless", Duration.ofMinutes(1), JobKind.of("test.unknown", Probe.Args.class), ARGS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'homeless'", "test.unknown");
        assertThat(ids()).isEmpty();
    }

    private static Recurring<Probe.Args> every(String id, int seconds) {
        return Recurring.every(id, Duration.ofSeconds(seconds), Probe.KIND, ARGS);
    }

    private void declare(Recurring<?>... declared) {
        schedules.register(List.of(declared), Map.of());
    }

    private static Map<String, ScheduleEdit> configuration(String... properties) {
        var environment = new MockEnvironment();
        var values = new LinkedHashMap<String, String>();
        for (int i = 0; i < properties.length; i += 2) {
            values.put("rowrunner.schedules" + properties[i], properties[i + 1]);
        }
        values.forEach(environment::setProperty);
        return new ScheduleConfiguration(environment).edits();
    }

    private List<String> ids() {
        return jdbc.sql("SELECT id FROM schedules ORDER BY id")
                .query(String.class)
                .list();
    }

    private @Nullable Object value(String id, String column) {
        return jdbc.sql("SELECT " + column + " FROM schedules WHERE id = :id")
                .param("id", id)
                .query((row, n) -> row.getObject(1))
                .single();
    }
}
