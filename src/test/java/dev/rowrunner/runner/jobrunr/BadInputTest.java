package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What can't become a job is refused with a word that helps, and nothing of it is stored. */
@MachineRoomTest
class BadInputTest {

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void forget() {
        runDueJobs.clear();
    }

    @AfterEach
    void storedNothing() {
        assertThat(jdbc.sql("SELECT (SELECT count(*) FROM rowrunner.job) + (SELECT count(*) FROM rowrunner.job_body)"
                                + " + (SELECT count(*) FROM rowrunner.unique_key)")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private interface Input {
        void to(Jobs jobs);
    }

    static Stream<Arguments> badInput() {
        var args = Probe.Args.named("x");
        return Stream.of(
                bad(
                        "unknown kind",
                        jobs -> jobs.enqueue(JobKind.of("test.prob", Probe.Args.class), args),
                        "test.prob",
                        "did you mean 'test.probe'"),
                bad(
                        "unknown queue",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.queue("defualt")),
                        "defualt",
                        "default"),
                bad(
                        "negative delay",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.delay(Duration.ofSeconds(-5))),
                        "PT-5S"),
                bad(
                        "priority",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.priority(101)),
                        "-100 to 100",
                        "101"),
                bad(
                        "10 MB of args",
                        jobs -> jobs.enqueue(Probe.KIND, Probe.Args.named("x".repeat(10_000_000))),
                        "test.probe",
                        "1048576"),
                bad(
                        "10 MB of args among others",
                        jobs -> jobs.enqueueAll(Probe.KIND, List.of(args, Probe.Args.named("x".repeat(10_000_000)))),
                        "1048576"),
                bad(
                        "args of another record",
                        jobs -> jobs.enqueue(JobKind.of("test.probe", Other.class), new Other(1)),
                        "test.probe",
                        "Probe$Args",
                        "Other"),
                bad("args of another class", BadInputTest::enqueueRaw, "test.probe"),
                bad("no args", jobs -> jobs.enqueueAll(Probe.KIND, Arrays.asList(args, null)), "test.probe", "null"),
                bad("NUL", jobs -> jobs.enqueue(Probe.KIND, Probe.Args.named("a\0b")), "NUL"),
                bad(
                        "long tenant",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.tenant("t".repeat(3000))),
                        "tenant",
                        "500",
                        "3000"),
                bad(
                        "long tenant among the args",
                        jobs -> jobs.enqueue(ProbeKinds.OF_TENANTS, Probe.Args.named("t".repeat(3000))),
                        "tenant",
                        "3000"),
                bad(
                        "long unique key",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.uniqueKey("t".repeat(3000))),
                        "unique key",
                        "3000"),
                bad(
                        "long concurrency key",
                        jobs -> jobs.enqueue(Probe.KIND, args, JobOptions.NONE.concurrencyKey("t".repeat(3000))),
                        "concurrency key",
                        "3000"));
    }

    private record Other(int number) {}

    private static Arguments bad(String name, Input input, String... words) {
        return Arguments.of(name, input, words);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void enqueueRaw(Jobs jobs) {
        jobs.enqueue((JobKind) Probe.KIND, Map.of("name", "x"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badInput")
    void isRefusedByJava(String name, Input input, String[] words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.to(jobs))
                .satisfies(e -> assertThat(e.getMessage()).contains(words).hasSizeLessThan(1000));
    }

    static Stream<Arguments> badCalls() {
        return Stream.of(
                Arguments.of("'test.prob'", "Kind 'test.prob' is not known"),
                Arguments.of("'test.probe', queue => 'defualt'", "Queue 'defualt' does not exist"),
                Arguments.of("'test.probe', '[]'", "JSON object"),
                Arguments.of("'test.probe', NULL", "JSON object"),
                Arguments.of("'test.probe', jsonb_build_object('name', repeat('x', 10000000))", "1048576"),
                Arguments.of("'test.probe', priority => 500", "-100 to 100"),
                Arguments.of("'test.probe', tenant => repeat('x', 3000)", "tenant has at most 500"),
                Arguments.of("'test.unique-waiting', unique_key => repeat('x', 3000)", "unique key has at most 500"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badCalls")
    void isRefusedBySql(String arguments, String words) {
        assertThatThrownBy(() -> jdbc.sql("SELECT rowrunner.enqueue(" + arguments + ")")
                        .query(String.class)
                        .single())
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining(words);
    }

    @Test
    void takesABackslashThatOnlyLooksLikeNul() {
        jobs.enqueue(Probe.KIND, Probe.Args.named("\\u0000"));

        assertThat(runDueJobs.waiting(Probe.KIND)).containsExactly(Probe.Args.named("\\u0000"));
        runDueJobs.clear();
    }
}
