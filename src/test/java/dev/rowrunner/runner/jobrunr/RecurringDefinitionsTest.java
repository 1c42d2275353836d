package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Recurring;
import dev.rowrunner.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.RecurringJob;
import org.jobrunr.jobs.states.StateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@MachineRoomTest
class RecurringDefinitionsTest {

    private static final Probe.Args ARGS = Probe.Args.named("tick");

    @Autowired
    RecurringDefinitions definitions;

    @Autowired
    JobStorage storage;

    @Autowired
    WorkerParts parts;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    Probe probe;

    @Autowired
    SettableClock clock;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    @AfterEach
    void forget() {
        runDueJobs.clear();
        probe.reset();
        definitions.register(List.of());
    }

    @Test
    void storesWhatIsDeclaredUnderTheNameOfItsKind() {
        definitions.register(List.of(
                Recurring.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Lisbon"), Probe.KIND, ARGS),
                Recurring.every("often", Duration.ofMinutes(1), Probe.KIND, ARGS)));

        assertThat(storage.getRecurringJobs())
                .extracting(RecurringJob::getId, RecurringJob::getScheduleExpression, RecurringJob::getZoneId)
                .containsExactlyInAnyOrder(tuple("nightly", "0 3 * * *", "Europe/Lisbon"), tuple("often", "PT1M", "Z"));
        assertThat(storage.getRecurringJobs())
                .extracting(RecurringJob::getJobName)
                .containsOnly("test.probe");
    }

    @Test
    void leavesAnUnchangedDefinitionAloneAndReplacesAChangedOne() {
        definitions.register(List.of(every("same", 60), every("changed", 60)));
        var made = clock.instant();
        clock.advance(Duration.ofHours(1));

        definitions.register(List.of(every("same", 60), every("changed", 61)));

        assertThat(stored("same").getCreatedAt().toEpochMilli()).isEqualTo(made.toEpochMilli());
        assertThat(stored("changed").getScheduleExpression()).isEqualTo("PT1M1S");
    }

    @Test
    void removesWhatIsNoLongerDeclaredTogetherWithItsNextRun() {
        definitions.register(List.of(every("kept", 60), every("gone", 60)));
        storage.save(stored("kept").toScheduledJob());
        storage.save(stored("gone").toScheduledJob());

        definitions.register(List.of(every("kept", 60)));

        assertThat(storage.getRecurringJobs()).extracting(RecurringJob::getId).containsExactly("kept");
        assertThat(nextRuns()).containsExactly("kept");
    }

    @Test
    void runsTheKindWithTheDefinedArgs() {
        definitions.register(List.of(every("often", 60)));
        var recurring = stored("often");
        storage.save(recurring.toEnqueuedJob());

        runDueJobs.run();

        assertThat(probe.calls).extracting(Probe.Call::args).containsExactly(ARGS);
    }

    @Test
    void keepsTheNextRunScheduledAndNoSecondOneWhileItIsUnfinished() {
        definitions.register(List.of(every("often", 3600)));
        var ticker = new Ticker(parts);

        ticker.run();
        ticker.run();

        assertThat(nextRuns()).containsExactly("often");
    }

    @Test
    void givesTheRunsThatJobRunrStoresWhatTheirKindDeclares() {
        var rows = new JobRows(jdbc);
        rows.queue("recurring");
        rows.kind(
                "sql.recurring",
                "queue = 'recurring'",
                "priority = 4",
                "key_arg = 'account'",
                "tenant_arg = 'merchant'");
        rows.clear("sql.recurring");
        var details = new JobDetails(new StoredJob("sql.recurring", "{\"account\": 7, \"merchant\": \"acme\"}"));
        var recurring = new RecurringJob("sql-often", details, "PT1H", "UTC", RecurringJob.CreatedBy.API);
        var from = Instant.now();

        storage.save(recurring.toScheduledJobs(from, from.plus(Duration.ofHours(2))));

        assertThat(jdbc.sql("SELECT DISTINCT state, queue, priority, concurrency_key, tenant FROM jobs"
                                + " WHERE kind = 'sql.recurring'")
                        .query()
                        .singleRow()
                        .values())
                .containsExactly("scheduled", "recurring", 4, "sql.recurring:7", "acme");
        assertThat(storage.getRecurringJobLatestScheduledInstant("sql-often", StateName.SCHEDULED))
                .isAfter(from);
        assertThat(storage.getRecurringJobLatestScheduledInstant("sql-often", StateName.ENQUEUED))
                .isNull();
    }

    @Test
    void namesTheDefinitionAndTheExpressionOfAnInvalidCron() {
        Recurring<?> wrong = Recurring.cron("broken", "61 * * * *", Probe.KIND, ARGS);

        assertThatIllegalStateException()
                .isThrownBy(() -> definitions.register(List.of(wrong)))
                .withMessageContaining("'broken'")
                .withMessageContaining("'61 * * * *'");
    }

    @Test
    void refusesADefinitionWithoutAHandlerAndTwoOfOneName() {
        Recurring<?> homeless =
                Recurring.every("homeless", Duration.ofMinutes(1), JobKind.of("test.unknown", Probe.Args.class), ARGS);

        assertThatIllegalStateException()
                .isThrownBy(() -> definitions.register(List.of(homeless)))
                .withMessageContaining("'homeless'")
                .withMessageContaining("test.unknown");
        assertThatIllegalStateException()
                .isThrownBy(() -> definitions.register(List.of(every("twin", 60), every("twin", 60))))
                .withMessageContaining("'twin'");
    }

    private static Recurring<Probe.Args> every(String id, int seconds) {
        return Recurring.every(id, Duration.ofSeconds(seconds), Probe.KIND, ARGS);
    }

    private RecurringJob stored(String id) {
        return storage.getRecurringJobs().stream()
                .filter(job -> job.getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private List<String> nextRuns() {
        return jdbc.sql("SELECT recurringJobId FROM jobrunr.jobrunr_jobs WHERE state = 'SCHEDULED'")
                .query(String.class)
                .list();
    }
}
