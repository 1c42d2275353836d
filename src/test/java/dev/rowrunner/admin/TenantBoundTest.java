package dev.rowrunner.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rowrunner.admin.JobController.EnqueueRequest;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.jobrunr.RunDueJobs;
import dev.rowrunner.testing.RowrunnerTest;
import java.time.Instant;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a caller that is bound to a tenant sees and may do: nothing of another one. */
@RowrunnerTest
class TenantBoundTest {

    private static final Caller ACME = new Caller("alice", Role.OPERATOR, "acme", null);
    private static final Caller ANYBODY = new Caller("root", Role.ADMIN, null, null);
    private static final Paging FIRST = new Paging(1, 50);
    private static final DeadLetters.Filter ALL = new DeadLetters.Filter(null, null, null, null, null, null);

    @Autowired
    JobController jobs;

    @Autowired
    DeadLetterController letters;

    @Autowired
    QueueController queues;

    @Autowired
    ScheduleController schedules;

    @Autowired
    RunDueJobs dueJobs;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void declareKinds() {
        dueJobs.clear();
        jdbc.sql("""
                INSERT INTO rowrunner.kind (name, queue, priority, max_attempts, tenant_arg)
                VALUES ('tenants.own', 'default', 0, 1, 'merchantId'), ('tenants.nobodys', 'default', 0, 1, NULL)
                """).update();
    }

    @AfterEach
    void forget() {
        dueJobs.clear();
        jdbc.sql("DELETE FROM rowrunner.kind WHERE name LIKE 'tenants.%'").update();
    }

    @Test
    void seesItsOwnJobsOnly() {
        var own = enqueue(ANYBODY, "acme");
        var other = enqueue(ANYBODY, "globex");

        assertThat(jobs.list(null, null, null, null, FIRST, ACME).items())
                .extracting(JobLine::id)
                .containsExactly(own);
        assertThat(jobs.list(null, null, null, null, FIRST, ANYBODY).items()).hasSize(2);
        assertThat(jobs.show(own, ACME).job().tenant()).isEqualTo("acme");
        assertThat(jobs.why(own, ACME).code()).isEqualTo("scheduled_for_later");
        assertRefused(HttpStatus.NOT_FOUND, () -> jobs.show(other, ACME));
        assertRefused(HttpStatus.NOT_FOUND, () -> jobs.why(other, ACME));
        assertRefused(HttpStatus.FORBIDDEN, () -> jobs.list(null, null, null, "globex", FIRST, ACME));
    }

    @Test
    void hasNoAccessToSchedules() {
        assertRefused(HttpStatus.FORBIDDEN, () -> schedules.requireUnbound(ACME));
        schedules.requireUnbound(ANYBODY);
    }

    @Test
    void changesItsOwnJobsOnly() {
        var own = enqueue(ANYBODY, "acme");
        var other = enqueue(ANYBODY, "globex");

        assertRefused(HttpStatus.NOT_FOUND, () -> jobs.discard(other, "mine", ACME));
        assertRefused(HttpStatus.NOT_FOUND, () -> jobs.requeue(other, ACME));
        assertThat(jobs.requeue(own, ACME).id()).isEqualTo(own);
        assertThat(jobs.show(other, ANYBODY).job().state()).isEqualTo("scheduled");
    }

    @Test
    void enqueuesForItsTenantOnly() {
        assertThat(jobs.show(enqueue(ACME, "acme"), ANYBODY).job().tenant()).isEqualTo("acme");
        assertRefused(HttpStatus.FORBIDDEN, () -> enqueue(ACME, "globex"));
        assertRefused(HttpStatus.FORBIDDEN, () -> jobs.enqueue(request("tenants.own", "acme", "globex"), ACME));
        assertRefused(HttpStatus.FORBIDDEN, () -> jobs.enqueue(request("tenants.nobodys", "acme", null), ACME));
        assertThat(jobs.list(null, null, null, null, FIRST, ANYBODY).items()).hasSize(1);
    }

    @Test
    void isNotToldWhichJobOfAnotherTenantHoldsAUniqueKey() {
        var theirs = jobs.enqueue(keyed("globex"), ANYBODY).getBody();

        assertRefused(HttpStatus.CONFLICT, () -> jobs.enqueue(keyed("acme"), ACME));

        assertThat(jobs.enqueue(keyed("acme"), ANYBODY).getBody()).isEqualTo(theirs);
    }

    private static EnqueueRequest keyed(String merchant) {
        var request = request("tenants.own", merchant, null);
        return new EnqueueRequest(
                request.kind(), request.args(), null, request.runAt(), "the same key", null, null, null);
    }

    @Test
    void seesAndChangesItsOwnDeadLettersOnly() {
        var own = enqueue(ANYBODY, "acme");
        var other = enqueue(ANYBODY, "globex");
        jdbc.sql("UPDATE rowrunner.job SET state = 'FAILED'").update();

        assertThat(letters.list(ALL, FIRST, ACME).items())
                .extracting(DeadLetters.DeadLetter::id)
                .containsExactly(own);
        assertRefused(HttpStatus.NOT_FOUND, () -> letters.show(other, ACME));
        assertRefused(HttpStatus.NOT_FOUND, () -> letters.requeue(other, ACME));
        assertRefused(HttpStatus.NOT_FOUND, () -> letters.discard(other, "mine", ACME));
        assertThat(letters.discardAll(ALL, true, false, "all of mine", ACME).changed())
                .isOne();
        assertThat(jobs.show(other, ANYBODY).job().state()).isEqualTo("failed");
    }

    @Test
    void learnsNothingOfAnotherTenantsJobThatHoldsTheLimit() {
        jdbc.sql("INSERT INTO rowrunner.queue (name, concurrency) VALUES ('shared-limit', 1)")
                .update();
        var other = enqueue(ANYBODY, "globex");
        var own = enqueue(ANYBODY, "acme");
        jdbc.sql("UPDATE rowrunner.job SET queue = 'shared-limit', state = 'ENQUEUED'")
                .update();
        jdbc.sql("UPDATE rowrunner.job SET state = 'PROCESSING', started_at = now() WHERE id = :id")
                .param("id", other)
                .update();

        var told = jobs.why(own, ACME);
        var known = jobs.why(own, ANYBODY);

        assertThat(known.sentence() + known.detail()).contains("queue_limit_held", other.toString());
        assertThat(told.sentence() + told.detail()).contains("queue_limit_held").doesNotContain(other.toString());
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = 'shared-limit'").update();
        jdbc.sql("DELETE FROM rowrunner.limit_slot WHERE scope = 'queue:shared-limit'")
                .update();
    }

    @Test
    void changesNoQueue() {
        assertRefused(HttpStatus.FORBIDDEN, () -> queues.pause("default", ACME));
        assertRefused(HttpStatus.FORBIDDEN, () -> queues.resume("default", ACME));
        assertRefused(HttpStatus.FORBIDDEN, () -> queues.put("acmes", new QueueChange(), ACME));
        assertRefused(HttpStatus.FORBIDDEN, () -> queues.change("default", new QueueChange().priority(1), ACME));
        assertThat(queues.show("default").paused()).isFalse();
    }

    private static void assertRefused(HttpStatus status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(status));
    }

    private UUID enqueue(Caller caller, String merchant) {
        return requireNonNull(jobs.enqueue(request("tenants.own", merchant, null), caller)
                        .getBody())
                .id();
    }

    private static EnqueueRequest request(String kind, String merchant, @Nullable String tenant) {
        return new EnqueueRequest(
                kind,
                "{\"merchantId\": \"" + merchant + "\"}",
                null,
                Instant.parse("2099-01-01T00:00:00Z"),
                null,
                tenant,
                null,
                null);
    }
}
