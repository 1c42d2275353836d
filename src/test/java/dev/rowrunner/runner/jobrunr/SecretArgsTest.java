package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.ScheduleEdit;
import dev.rowrunner.runner.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is marked as secret reaches its handler and nobody else. */
@MachineRoomTest
@ExtendWith(OutputCaptureExtension.class)
class SecretArgsTest {

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    ProbeKinds.SecretKeeper keeper;

    @Autowired
    Schedules schedules;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void forget() {
        runDueJobs.clear();
        keeper.does((args, job) -> {});
    }

    @Test
    void showsThemInNoViewAndNoLogAndNoError(CapturedOutput output) {
        keeper.does((args, job) -> {
            job.log("signing in with " + args.password());
            throw new IllegalStateException(
                    "401 for " + args.password(),
                    new IllegalArgumentException("key " + args.keys().get("api")));
        });

        var id = enqueue("hunter\"2'", "k-4711");
        runDueJobs.run();

        assertThat(everythingShown(id))
                .contains("alice", "***", "401 for ***", "signing in with ***")
                .doesNotContain("hunter", "k-4711");
        assertThat(output).contains("401 for ***").doesNotContain("hunter", "k-4711");
    }

    @Test
    void reachTheHandlerAsTheyAreAfterARequeueToo() {
        var got = new ArrayList<String>();
        keeper.does((args, job) -> {
            got.add(args.password());
            throw new Discard("no use, " + args.password());
        });
        var id = enqueue("hunter2", "k-4711");

        runDueJobs.run();
        jdbc.sql("SELECT rowrunner.requeue(ARRAY [:id]::uuid[])")
                .param("id", id)
                .query(UUID.class)
                .single();
        runDueJobs.run();

        assertThat(got).containsExactly("hunter2", "hunter2");
        assertThat(everythingShown(id)).contains("no use, ***").doesNotContain("hunter2");
    }

    @Test
    void stayHiddenWhereTheArgsDoNotFitTheKind() {
        var id = jdbc.sql("SELECT rowrunner.enqueue('test.secret', '{\"user\": \"a\", \"password\": [\"hunter2\"]}')")
                .query(UUID.class)
                .single();

        runDueJobs.run();

        assertThat(everythingShown(id)).contains("args do not fit").doesNotContain("hunter2");
    }

    @Test
    void ofASchedulesAreHiddenInItsViewsAndInTheAuditOfItsEdits() {
        jdbc.sql("INSERT INTO rowrunner.schedule (id, kind, args, cron) VALUES ('secretive', 'test.secret',"
                        + " '{\"user\": \"alice\", \"password\": \"hunter1\", \"keys\": {}}', '0 0 1 1 *')")
                .update();
        jdbc.sql("UPDATE rowrunner.schedule SET args = args || '{\"password\": \"hunter2\"}' WHERE id = 'secretive'")
                .update();

        var shown = Stream.of(
                        "SELECT to_jsonb(s)::text FROM schedules s",
                        "SELECT jobAsJson FROM jobrunr.jobrunr_recurring_jobs",
                        "SELECT to_jsonb(a)::text FROM rowrunner.audit a WHERE subject = 'secretive'")
                .map(view ->
                        String.join("\n", jdbc.sql(view).query(String.class).list()))
                .toList();

        assertThat(shown)
                .allSatisfy(
                        text -> assertThat(text).contains("secretive", "***").doesNotContain("hunter"));
        assertThat(shown.get(2)).contains("schedule.create", "schedule.update");
        jdbc.sql("DELETE FROM rowrunner.schedule WHERE id = 'secretive'").update();
    }

    @Test
    void ofAScheduleStayWhereSomebodyGivesBackWhatHeWasShownAndWithTheirKind() {
        schedules.put(
                "secretive",
                edit("test.secret", Map.of("user", "alice", "password", "hunter2", "keys", Map.of()), "0 0 1 1 *"));

        var shown = schedules.find("secretive").orElseThrow().args();
        schedules.put("secretive", edit(null, shown, null));

        assertThat(shown).containsEntry("password", "***");
        assertThat(jdbc.sql("SELECT args ->> 'password' FROM rowrunner.schedule WHERE id = 'secretive'")
                        .query(String.class)
                        .single())
                .isEqualTo("hunter2");
        assertThatExceptionOfType(InvalidSchedule.class)
                .isThrownBy(() -> schedules.put("secretive", edit("test.probe", null, null)))
                .withMessageContaining("password");
        assertThatException()
                .isThrownBy(() -> jdbc.sql("UPDATE rowrunner.schedule SET kind = 'test.probe' WHERE id = 'secretive'")
                        .update())
                .withStackTraceContaining("hold secrets");
        schedules.remove("secretive");
    }

    private static ScheduleEdit edit(
            @Nullable String kind, @Nullable Map<String, @Nullable Object> args, @Nullable String cron) {
        return new ScheduleEdit(kind, args, cron, null, null, null, null, null, null, null);
    }

    @Test
    void areNotRepeatedToWhoeverEnqueuesThemWrongly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> enqueue("hunter2\0", "k-4711"))
                .withMessageContaining("NUL")
                .satisfies(e -> assertThat(e).hasMessageNotContaining("hunter2"));
    }

    private UUID enqueue(String password, String key) {
        return jobs.enqueue(ProbeKinds.SECRET, new ProbeKinds.SecretArgs("alice", password, Map.of("api", key)));
    }

    private String everythingShown(UUID id) {
        var views = List.of(
                "SELECT to_jsonb(j)::text FROM jobs j WHERE id = :id",
                "SELECT to_jsonb(d)::text FROM dead_letters d WHERE id = :id",
                "SELECT to_jsonb(j)::text FROM jobrunr.jobrunr_jobs j WHERE id = :id",
                "SELECT to_jsonb(h)::text FROM rowrunner.job_history h WHERE id = :id");
        var shown = new StringBuilder();
        views.forEach(view ->
                jdbc.sql(view).param("id", id).query(String.class).list().forEach(shown::append));
        return shown.toString();
    }
}
