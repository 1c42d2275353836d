package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rowrunner.runner.DashboardGate;
import dev.rowrunner.runner.DashboardGate.Access;
import dev.rowrunner.runner.DashboardGate.Visitor;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Roles;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.RecurringJob;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

@MachineRoomTest
class DashboardTest {

    /** Of nobody: what these tests do to its jobs shows in the rows alone. */
    private static final String KIND = "sql.dashboard";

    @Autowired
    JobStorage storage;

    @Autowired
    JsonMapper json;

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    JdbcClient jdbc;

    private Dashboard dashboard;
    private JobRows rows;

    @BeforeEach
    void start() {
        runDueJobs.clear();
        rows = new JobRows(jdbc);
        rows.queue("dashboard");
        rows.kind(KIND, "queue = 'dashboard'", "priority = 7", "unique_while = 'unfinished'");
        rows.clear(KIND);
        dashboard = dashboard(0, DashboardTest::visitor);
        dashboard.start();
    }

    @AfterEach
    void stop() {
        dashboard.stop();
        rows.clear(KIND);
    }

    @Test
    void asksForCredentialsAndTakesNoWrongOnes() throws IOException {
        assertThat(ask("GET /dashboard", "Host: localhost"))
                .startsWith("HTTP/1.1 401")
                .contains("Www-authenticate: Basic");
        assertThat(ask("GET /api/jobs", "Host: localhost", basic("VIEW", "wrong")))
                .startsWith("HTTP/1.1 401");
        assertThat(ask("GET /api/jobs", "Host: localhost", "Authorization: Basic ***"))
                .startsWith("HTTP/1.1 401");
        assertThat(ask("GET /sse/jobstats", "Host: localhost")).startsWith("HTTP/1.1 401");
    }

    @Test
    void servesThePageAndTheJobsToAViewer() throws IOException {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("seen"));

        assertThat(ask("GET /dashboard/overview", "Host: localhost", viewer()))
                .startsWith("HTTP/1.1 200")
                .contains("<html", "X-frame-options: DENY");
        assertThat(ask("GET /api/jobs?state=ENQUEUED&offset=0&limit=20", "Host: [::1]:8000", viewer()))
                .startsWith("HTTP/1.1 200")
                .contains(id.toString(), "\"jobName\":\"test.probe\"");
        assertThat(ask("GET /", "Host: 127.0.0.1", viewer()))
                .startsWith("HTTP/1.1 302")
                .contains("Location: /dashboard");
        assertThat(ask("GET /elsewhere", "Host: 127.0.0.1", viewer())).startsWith("HTTP/1.1 404");
    }

    @Test
    void letsAViewerLookAndAnActorDelete() throws IOException {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("unwanted"));

        assertThat(ask("DELETE /api/jobs/" + id, "Host: localhost", viewer())).startsWith("HTTP/1.1 403");
        assertThat(storage.getJobById(id).getState().name()).isEqualTo("ENQUEUED");
        assertThat(ask("DELETE /api/jobs/" + id, "Host: localhost", actor())).startsWith("HTTP/1.1 204");
        assertThat(storage.getJobById(id).getState().name()).isEqualTo("DELETED");
    }

    @Test
    void leavesARowInTheAuditInTheNameOfWhoActed() throws IOException {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("audited"));

        ask("GET /api/jobs/" + id, "Host: localhost", viewer());
        ask("DELETE /api/jobs/" + id, "Host: localhost", actor());
        ask("POST /api/jobs/" + id + "/requeue", "Host: localhost", actor());

        assertThat(audited(id))
                .containsExactly(
                        "dashboard:act job.discard enqueued deleted", "dashboard:act job.requeue deleted enqueued");
    }

    @Test
    void leavesNobodysNameOnAConnectionOfThePool() throws IOException {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("afterwards"));
        ask("DELETE /api/jobs/" + id, "Host: localhost", actor());

        var names = IntStream.range(0, 40)
                .mapToObj(n ->
                        jdbc.sql("SELECT rowrunner.actor()").query(String.class).single())
                .toList();

        assertThat(names).containsOnly("rowrunner");
    }

    @Test
    void tellsARefusedCallerWhyAndOneWhoCantBeCheckedToComeBack() throws IOException {
        assertThat(ask("GET /dashboard", "Host: localhost", basic("BOUND", "s3:cret")))
                .startsWith("HTTP/1.1 403")
                .contains("BOUND is bound to a tenant");
        assertThat(ask("GET /dashboard", "Host: localhost", basic("AWAY", "s3:cret")))
                .startsWith("HTTP/1.1 503")
                .contains("can't be checked now");
    }

    private List<String> audited(UUID id) {
        return jdbc.sql("""
                        SELECT concat_ws(' ', actor, action, before -> 'jobs' ->> subject, after -> 'jobs' ->> subject)
                        FROM audit WHERE subject = :id ORDER BY id
                        """).param("id", id.toString()).query(String.class).list();
    }

    @Test
    void requeuesADeadLetterWithNewAttempts() throws IOException {
        var id = rows.enqueue(KIND);
        rows.claim(id, rows.worker());
        rows.die(id, "boom");

        assertThat(ask("POST /api/jobs/" + id + "/requeue", "Host: localhost", actor()))
                .startsWith("HTTP/1.1 204");

        assertThat(rows.state(id)).isEqualTo("enqueued");
        assertThat(rows.value(id, "attempt", Integer.class)).isZero();
        assertThat(rows.enqueue(KIND)).isEqualTo(id);
        assertThat(ask("GET /api/jobs/" + id, "Host: localhost", viewer()))
                .containsSubsequence("ENQUEUED", "PROCESSING", "FAILED", "ENQUEUED");
    }

    @Test
    void requeuesNoDeadLetterWhoseUniqueKeyAnotherJobHolds() throws IOException {
        var dead = rows.enqueue(KIND);
        rows.claim(dead, rows.worker());
        rows.die(dead, "boom");
        rows.enqueue(KIND);

        assertThat(ask("POST /api/jobs/" + dead + "/requeue", "Host: localhost", actor()))
                .doesNotStartWith("HTTP/1.1 2");

        assertThat(rows.state(dead)).isEqualTo("failed");
    }

    @Test
    void deletesAWaitingJobAndAsksForTheEndOfARunningOne() throws IOException {
        var waiting = rows.enqueue(KIND);
        assertThat(ask("DELETE /api/jobs/" + waiting, "Host: localhost", actor()))
                .startsWith("HTTP/1.1 204");
        var running = rows.enqueue(KIND);
        rows.claim(running, rows.worker());

        assertThat(ask("DELETE /api/jobs/" + running, "Host: localhost", actor()))
                .startsWith("HTTP/1.1 204");

        assertThat(rows.state(waiting)).isEqualTo("deleted");
        assertThat(rows.state(running)).isEqualTo("processing");
        assertThat(rows.value(running, "reason", String.class)).contains("Dashboard");
    }

    @Test
    void triggersARecurringJobAsItsKindDeclares() throws IOException {
        var details = new JobDetails(new StoredJob(KIND, "{\"n\": 1}"));
        storage.saveRecurringJob(
                new RecurringJob("dashboard-hourly", details, "0 * * * *", "UTC", RecurringJob.CreatedBy.API));

        assertThat(ask("POST /api/recurring-jobs/dashboard-hourly/trigger", "Host: localhost", actor()))
                .startsWith("HTTP/1.1 204");
        storage.deleteRecurringJob("dashboard-hourly");

        var triggered = jdbc.sql("SELECT * FROM jobs WHERE kind = :kind")
                .param("kind", KIND)
                .query()
                .singleRow();
        assertThat(triggered)
                .containsEntry("state", "enqueued")
                .containsEntry("queue", "dashboard")
                .containsEntry("priority", 7);
        assertThat(triggered.get("args")).hasToString("{\"n\": 1}");
        assertThat(jdbc.sql("SELECT decision, job_id FROM schedule_runs WHERE schedule_id = 'dashboard-hourly'")
                        .query()
                        .singleRow()
                        .values())
                .containsExactly("triggered", triggered.get("id"));
    }

    @Test
    void showsThatAScheduleIsPaused() throws IOException {
        jdbc.sql("INSERT INTO rowrunner.schedule (id, kind, cron) VALUES ('dashboard-nightly', :kind, '0 3 * * *')")
                .param("kind", KIND)
                .update();
        assertThat(ask("GET /api/recurring-jobs?offset=0&limit=20", "Host: localhost", viewer()))
                .contains("dashboard-nightly", "0 3 * * *")
                .doesNotContain("paused");

        jdbc.sql("UPDATE rowrunner.schedule SET enabled = false WHERE id = 'dashboard-nightly'")
                .update();

        assertThat(ask("GET /api/recurring-jobs?offset=0&limit=20", "Host: localhost", viewer()))
                .contains("dashboard-nightly", "\"paused\"");
        assertThat(ask("DELETE /api/recurring-jobs/dashboard-nightly", "Host: localhost", actor()))
                .startsWith("HTTP/1.1 204");
        assertThat(storage.getRecurringJobs()).isEmpty();
    }

    @Test
    void refusesAForeignHostName() throws IOException {
        assertThat(ask("GET /dashboard", "Host: evil.example:8000", viewer())).startsWith("HTTP/1.1 403");
        assertThat(ask("GET /dashboard", "Host: ops.example", viewer())).startsWith("HTTP/1.1 200");
    }

    @Test
    void refusesAChangeThatAPageOfAnotherOriginAsksFor() throws IOException {
        var id = jobs.enqueue(Probe.KIND, Probe.Args.named("wanted"));
        var request = "DELETE /api/jobs/" + id;

        for (var origin : new String[] {"http://evil.example", "null", "http://localhost:9999"}) {
            assertThat(ask(request, "Host: localhost:8000", "Origin: " + origin, actor()))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(ask(request, "Host: localhost:8000", "Origin: http://localhost:8000", actor()))
                .startsWith("HTTP/1.1 204");
    }

    @Test
    void letsNobodyInWithoutAGate() throws IOException {
        dashboard.stop();
        dashboard = dashboard(0, null);
        dashboard.start();

        assertThat(ask("GET /dashboard", "Host: localhost", actor())).startsWith("HTTP/1.1 401");
    }

    @Test
    void namesThePortInUseAndItsProperty() {
        var second = dashboard(dashboard.port(), null);

        assertThatIllegalStateException()
                .isThrownBy(second::start)
                .withMessageContaining(String.valueOf(dashboard.port()))
                .withMessageContaining("rowrunner.dashboard.port")
                .withCauseInstanceOf(BindException.class);
    }

    private Dashboard dashboard(int port, @Nullable DashboardGate gate) {
        var beans = new StaticListableBeanFactory();
        if (gate != null) {
            beans.addBean("gate", gate);
        }
        var properties = new DashboardProperties(true, "127.0.0.1", port, Set.of("ops.example"));
        return new Dashboard(
                new Roles(Set.of("api")), properties, beans.getBeanProvider(DashboardGate.class), storage, json);
    }

    private static Visitor visitor(String name, String secret) {
        if (!secret.equals("s3:cret")) {
            return Visitor.UNKNOWN;
        }
        return switch (name) {
            case "AWAY" -> Visitor.UNKNOWN_NOW;
            case "BOUND" -> Visitor.refused(name, "BOUND is bound to a tenant");
            default -> Visitor.admitted(Access.valueOf(name), name.toLowerCase(Locale.ROOT));
        };
    }

    private static String viewer() {
        return basic("VIEW", "s3:cret");
    }

    private static String actor() {
        return basic("ACT", "s3:cret");
    }

    private static String basic(String name, String secret) {
        var credentials = (name + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    /** By hand, since Java's own client does not let a caller set Host and Origin. */
    private String ask(String request, String... headers) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), dashboard.port())) {
            var text = request + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
