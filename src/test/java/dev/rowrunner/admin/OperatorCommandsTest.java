package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.Commands;
import dev.rowrunner.testing.Commands.Result;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RowrunnerTest
class OperatorCommandsTest {

    private static final String KIND = "usage.aggregate-day";
    private static final String ARGS = "{\"date\":\"2025-11-01\"}";
    private static final String LATER = "2099-01-01T00:00Z";

    private final String tenant = "tenant-" + UUID.randomUUID();
    private final String queue = "q-" + UUID.randomUUID();

    @Autowired
    Commands commands;

    @Autowired
    JdbcClient jdbc;

    @AfterEach
    void forget() {
        jdbc.sql("SELECT count(*) FROM rowrunner.discard(ARRAY(SELECT id FROM rowrunner.job WHERE tenant = :tenant))")
                .param("tenant", tenant)
                .query(Long.class)
                .single();
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = :queue")
                .param("queue", queue)
                .update();
    }

    @Test
    void enqueuesListsShowsCancelsAndRequeuesAJob() {
        var id = enqueued();

        assertThat(job("list", "--state", "scheduled", "--kind", KIND).out()).contains(id, "ATTEMPT");
        assertThat(job("show", id).out()).contains("2025-11-01", tenant);
        assertThat(job("why", id).out())
                .contains("scheduled_for_later: It is scheduled for " + LATER.replace("Z", ":00Z"));
        assertThat(job("cancel", id).out()).contains("discarded");
        assertThat(job("show", id).out()).contains("deleted", "Cancelled by an operator");
        assertThat(job("requeue", id).out()).contains("1 of 1 requeued");
        assertThat(job("show", id).out()).containsPattern("state +enqueued");
    }

    @Test
    void namesWhatIsWrongWithAJob() {
        assertThat(job("enqueue", "usage.nope", "{}")).satisfies(refused("usage.nope", KIND));
        assertThat(job("enqueue", KIND, ARGS, "--queue", "nope")).satisfies(refused("'nope'", "default"));
        assertThat(job("enqueue", KIND, "[1]")).satisfies(refused("JSON object"));
        assertThat(job("list", "--state", "runing")).satisfies(refused("'runing'", "processing"));
        assertThat(job("show", UUID.randomUUID().toString())).satisfies(refused("No job has the id"));
    }

    @Test
    void actsInTheNameOfTheMachinesUser() {
        queue("create", queue);

        assertThat(jdbc.sql("SELECT concat_ws(' ', actor, action) FROM audit WHERE subject = :queue")
                        .param("queue", queue)
                        .query(String.class)
                        .list())
                .containsExactly("cli:" + System.getProperty("user.name") + " queue.create");
    }

    @Test
    void makesPausesLimitsAndResumesAQueue() {
        queue("create", queue);
        queue("pause", queue);
        queue("set", queue, "--concurrency", "3", "--rate", "100/1min", "--priority", "5");

        assertThat(queue("list").out()).containsPattern(queue + " +5 +paused .* 3 +100 per PT1M");
        assertThat(slots()).isEqualTo(3);

        queue("resume", queue);
        queue("set", queue, "--concurrency", "none", "--rate", "none");

        assertThat(queue("list").out()).containsPattern(queue + " +5 +open .* - +-");
        assertThat(slots()).isZero();
    }

    @Test
    void namesWhatIsWrongWithAQueue() {
        assertThat(queue("pause", "nope")).satisfies(refused("Queue 'nope' does not exist", "default"));
        assertThat(queue("create", "Nope!")).satisfies(refused("'Nope!'"));
        assertThat(queue("set", "default", "--rate", "fast")).satisfies(refused("100/1min", "'fast'"));
        assertThat(queue("set", "default", "--concurrency", "10001")).satisfies(refused("0 to 10000", "'10001'"));
        assertThat(queue("set", "default", "--concurrency", "-1")).satisfies(refused("'-1'"));
    }

    @Test
    void requeuesAndDiscardsDeadLettersByFilterWithADryRun() {
        var id = dead();

        assertThat(letters("list", "--tenant", tenant).out()).contains(id, "provider is down");
        assertThat(letters("requeue", "--tenant", tenant, "--dry-run").out())
                .contains("1 dead letter would be requeued");
        assertThat(letters("requeue", "--tenant", tenant, "--error", "nothing of that")
                        .out())
                .contains("0 dead letters");
        assertThat(stateOf(id)).isEqualTo("failed");
        assertThat(letters("requeue", "--tenant", tenant, "--error", "PROVIDER").out())
                .contains("1 dead letter requeued");
        assertThat(stateOf(id)).isEqualTo("enqueued");

        var other = dead();
        assertThat(letters("discard", other).out()).contains("1 dead letter discarded");
        assertThat(stateOf(other)).isEqualTo("deleted");
    }

    @Test
    void actsOnAllDeadLettersOnlyWhenThatIsSaid() {
        var id = dead();

        assertThat(letters("discard")).satisfies(refused("--all"));
        assertThat(letters("discard", "--all", "--tenant", tenant)).satisfies(refused("--all"));
        assertThat(letters("requeue", UUID.randomUUID().toString())).satisfies(refused("is no dead letter"));
        assertThat(stateOf(id)).isEqualTo("failed");
    }

    private static java.util.function.Consumer<Result> refused(String... words) {
        return result -> {
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).contains(words).doesNotContain("\tat ");
        };
    }

    private String enqueued() {
        var result = job("enqueue", KIND, ARGS, "--tenant", tenant, "--at", LATER);
        assertThat(result.exitCode()).isZero();
        return result.out().strip();
    }

    private String dead() {
        var id = enqueued();
        jdbc.sql("""
                WITH dead AS (
                    UPDATE rowrunner.job SET state = 'FAILED', version = version + 1, attempt = 1 WHERE id = :id::uuid RETURNING *)
                SELECT rowrunner.tell(dead, version, jsonb_build_array(rowrunner.failed_state(now(), 'm', 't', 'provider is down', '')),
                                      'provider is down', 'attempts exhausted')::text
                FROM dead""").param("id", id).query(String.class).optional();
        return id;
    }

    private String stateOf(String id) {
        return jdbc.sql("SELECT state FROM jobs WHERE id = :id::uuid")
                .param("id", id)
                .query(String.class)
                .single();
    }

    private int slots() {
        return jdbc.sql("SELECT count(*) FROM rowrunner.limit_slot WHERE scope = 'queue:' || :queue")
                .param("queue", queue)
                .query(Integer.class)
                .single();
    }

    private Result job(String... arguments) {
        return commands.run(JobCommand.class, arguments);
    }

    private Result queue(String... arguments) {
        return commands.run(QueueCommand.class, arguments);
    }

    private Result letters(String... arguments) {
        return commands.run(DeadLetterCommand.class, arguments);
    }
}
