package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whatever queues, limits and keys there are: why never says otherwise than what a claim does next. */
@MachineRoomTest
class WhyAgreesWithClaimsTest {

    private static final List<String> QUEUES = List.of("open", "paused", "shut", "narrow", "rated");

    @Autowired
    Jobs jobs;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    WorkerParts parts;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void makeQueuesAndAWorker() {
        runDueJobs.clear();
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now() WHERE ended_at IS NULL")
                .update();
        runDueJobs.signOnAnew();
        jdbc.sql("""
                        INSERT INTO rowrunner.queue (name, paused, concurrency, rate_jobs, rate_interval)
                        VALUES ('open', false, NULL, NULL, NULL), ('paused', true, NULL, NULL, NULL), ('shut', false, 0, NULL, NULL),
                               ('narrow', false, 3, NULL, NULL), ('rated', false, NULL, 4, '1 day')
                        """).update();
        jdbc.sql("""
                        INSERT INTO rowrunner.worker (server, name, kinds, slots, started_at, beat_at)
                        VALUES (gen_random_uuid(), 'live', :kinds::text[], 1000, now(), 'infinity')
                        """)
                .param(
                        "kinds",
                        parts.handlers().kinds().stream()
                                .map(kind -> kind.name())
                                .toArray(String[]::new))
                .update();
    }

    @AfterEach
    void forget() {
        runDueJobs.clear();
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now() WHERE name = 'live'")
                .update();
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name IN (:names)")
                .param("names", QUEUES)
                .update();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsClaimedWasAboutToStartAndWhatIsLeftIsNot(long seed) {
        enqueue(new Random(seed));

        var before = codes();
        var claimed = runDueJobs.claimOnly().stream().map(Attempt::id).toList();
        while (!runDueJobs.claimOnly().isEmpty()) {
            // Until nothing is left that may start: the claims of a key's jobs park the others.
        }

        assertThat(claimed).isNotEmpty().allSatisfy(id -> assertThat(before).containsEntry(id, "about_to_start"));
        assertThat(codes().values())
                .doesNotContain("about_to_start", "workers_busy", "no_handler")
                .contains("queue_paused");
    }

    private void enqueue(Random random) {
        var kinds = List.of(Probe.KIND, ProbeKinds.LIMITED, ProbeKinds.KEYED, ProbeKinds.OF_TENANTS);
        for (int i = 0; i < 60; i++) {
            jobs.enqueue(
                    kinds.get(random.nextInt(kinds.size())),
                    Probe.Args.named("name " + random.nextInt(4)),
                    JobOptions.NONE
                            .queue(QUEUES.get(random.nextInt(QUEUES.size())))
                            .priority(random.nextInt(5)));
        }
    }

    private Map<UUID, String> codes() {
        return jdbc
                .sql(
                        "SELECT j.id, why.code FROM rowrunner.job j CROSS JOIN LATERAL rowrunner.why(j.id) AS why WHERE j.state = 'ENQUEUED'")
                .query((row, n) -> Map.entry(row.getObject("id", UUID.class), row.getString("code")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }
}
