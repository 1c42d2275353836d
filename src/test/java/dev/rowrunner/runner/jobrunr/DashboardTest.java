package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rowrunner.runner.DashboardGate;
import dev.rowrunner.runner.DashboardGate.Access;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Roles;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

@MachineRoomTest
class DashboardTest {

    @Autowired
    JobStorage storage;

    @Autowired
    JsonMapper json;

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    private Dashboard dashboard;

    @BeforeEach
    void start() {
        runDueJobs.clear();
        dashboard = dashboard(0, (name, secret) -> secret.equals("s3:cret") ? Access.valueOf(name) : Access.NONE);
        dashboard.start();
    }

    @AfterEach
    void stop() {
        dashboard.stop();
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
