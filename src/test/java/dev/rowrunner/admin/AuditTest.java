package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.http.Grant;
import dev.rowrunner.http.Tokens;
import dev.rowrunner.runner.Actor;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.Servers;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@RowrunnerTest
class AuditTest {

    private final String name = "audit-" + UUID.randomUUID();

    @Autowired
    Api api;

    @Autowired
    Tokens tokens;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transaction;

    @BeforeEach
    void knowAKind() {
        jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES ('audited') ON CONFLICT DO NOTHING")
                .update();
        jdbc.sql("""
                        INSERT INTO rowrunner.kind (name, queue, priority, max_attempts) VALUES ('audit.test', 'audited', 0, 3)
                        ON CONFLICT DO NOTHING
                        """).update();
    }

    @Test
    void notesOfAChangedQueueWhatIsDifferentAndWhoDidIt() {
        as("http:alice", "INSERT INTO rowrunner.queue (name) VALUES ('" + name + "')");
        as("cli:root", "UPDATE rowrunner.queue SET paused = true WHERE name = '" + name + "'");
        as("http:alice", "UPDATE rowrunner.queue SET paused = true WHERE name = '" + name + "'");
        as("http:alice", "DELETE FROM rowrunner.queue WHERE name = '" + name + "'");

        assertThat(rows(name)).hasSize(3);
        assertThat(rows(name).get(0)).startsWith("http:alice queue.create {\"name\": \"" + name + "\"");
        assertThat(rows(name).get(1)).isEqualTo("cli:root queue.update {\"paused\": false} {\"paused\": true}");
        assertThat(rows(name).get(2)).startsWith("http:alice queue.delete ").contains("\"paused\": true");
    }

    @Test
    void notesOfATokenEverythingButItsSecret() {
        var secret = tokens.create(new Grant(name, Role.OPERATOR, "acme", null, null));
        api.withToken(secret).get().uri("/api/openapi").exchange();

        tokens.revoke(name);

        assertThat(rows(name)).hasSize(2);
        assertThat(rows(name).get(0))
                .startsWith("rowrunner token.create")
                .contains("\"role\": \"operator\"", "\"tenant\": \"acme\"")
                .doesNotContain("hash", "\\\\x");
        assertThat(rows(name).get(1)).contains("token.update {\"revoked_at\": null}");
    }

    @Test
    void notesWhoRequeuedAndDiscardedWhichJobsInOneRowForEachCall() {
        var ids = List.of(enqueue(), enqueue());
        var both = "ARRAY ['" + ids.get(0) + "', '" + ids.get(1) + "']::uuid[]";

        as("http:alice", "SELECT count(*) FROM rowrunner.discard(" + both + ")");
        as("http:bob", "SELECT count(*) FROM rowrunner.requeue(" + both + ")");
        as("http:bob", "SELECT count(*) FROM rowrunner.requeue(" + both + ")");

        var entries = entries("?subject=" + ids.get(0));
        assertThat(entries)
                .containsSubsequence("http:bob", "job.requeue", "2 jobs", "http:alice", "job.discard", "2 jobs")
                .contains("\"" + ids.get(1) + "\": \"deleted\"", "\"count\": 2")
                .doesNotContainPattern("(?s)job.requeue.*job.requeue");
    }

    @Test
    void namesAThousandJobsAtMostAndCountsAll() {
        var count = 1200;
        var ids = IntStream.range(0, count)
                .mapToObj(n -> "'" + UUID.randomUUID() + "'")
                .toList();

        as(
                "http:" + name,
                "SELECT rowrunner.note_jobs('job.requeue', ARRAY [" + String.join(",", ids) + "]::uuid[],"
                        + " array_fill('FAILED'::text, ARRAY [" + count + "]), array_fill('ENQUEUED'::text, ARRAY ["
                        + count + "]))::text");

        var noted =
                jdbc.sql("""
                        SELECT concat_ws(' ', subject, before ->> 'count',
                                         (SELECT count(*) FROM jsonb_object_keys(before -> 'jobs')))
                        FROM audit WHERE actor = :actor
                        """).param("actor", "http:" + name).query(String.class).single();
        assertThat(noted).isEqualTo("1200 jobs 1200 1000");
    }

    @Test
    void notesAJobThatAPersonEnqueuedAndNoneThatAProgramDid() {
        enqueue();
        var byPerson = as("cli:root", "SELECT rowrunner.enqueue('audit.test')::text");
        var byProgram = as("rowrunner", "SELECT rowrunner.enqueue('audit.test')::text");

        assertThat(rows(byPerson))
                .containsExactly("cli:root job.enqueue {\"jobs\": {\"" + byPerson + "\": \"enqueued\"}, \"count\": 1}");
        assertThat(rows(byProgram)).isEmpty();
    }

    @Test
    void notesNothingOfWhatWasRolledBack() {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES (:name)")
                    .param("name", name)
                    .update();
            status.setRollbackOnly();
        });

        assertThat(rows(name)).isEmpty();
    }

    @Test
    void notesTheRoleOfTheDatabaseForWhoComesByPsql() throws SQLException {
        try (var psql = DriverManager.getConnection(Servers.jdbcUrl());
                var statement = psql.createStatement()) {
            statement.execute("INSERT INTO rowrunner.queue (name) VALUES ('" + name + "')");
            statement.execute("UPDATE rowrunner.queue SET priority = 3 WHERE name = '" + name + "'");
        }

        assertThat(rows(name).get(1)).matches("sql:\\w+ queue.update \\{\"priority\": 0} \\{\"priority\": 3}");
    }

    @Test
    void signsWhatARequestDoesInTheNameOfItsCaller() {
        var secret = tokens.create(name, Role.OPERATOR);

        var signed = api.withToken(secret)
                .post()
                .uri("/probe/sign")
                .exchange()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(signed).isEqualTo("http:" + name);
    }

    @Test
    void masksWhatIsNamedAsASecret() {
        var masked = jdbc.sql(
                        "SELECT rowrunner.masked('{\"api_token\": \"hunter2\", \"name\": \"x\", \"Password\": 1}', NULL)::text")
                .query(String.class)
                .single();

        assertThat(masked).isEqualTo("{\"name\": \"x\", \"Password\": \"***\", \"api_token\": \"***\"}");
    }

    @Test
    void keepsTheSecretsOfTheKindThatAScheduleHadBefore() {
        jdbc.sql("""
                        INSERT INTO rowrunner.kind (name, queue, priority, max_attempts, secret_args)
                        VALUES ('audit.secret', 'audited', 0, 3, '{pin}') ON CONFLICT DO NOTHING
                        """).update();
        as(
                "http:alice",
                "INSERT INTO rowrunner.schedule (id, kind, args, cron) VALUES ('" + name
                        + "', 'audit.secret', '{\"pin\": \"hunter2\"}', '0 2 * * *')");

        as("http:alice", "UPDATE rowrunner.schedule SET kind = 'audit.test', args = '{}' WHERE id = '" + name + "'");
        as("http:alice", "DELETE FROM rowrunner.schedule WHERE id = '" + name + "'");

        assertThat(rows(name)).hasSize(3).noneMatch(row -> row.contains("hunter2"));
        assertThat(rows(name).get(1)).contains("{\"args\": {\"pin\": \"***\"}, \"kind\": \"audit.secret\"}");
    }

    @Test
    void findsEntriesByActorActionSubjectAndTime() {
        as("http:" + name, "INSERT INTO rowrunner.queue (name) VALUES ('" + name + "')");
        as("http:" + name, "UPDATE rowrunner.queue SET priority = 1 WHERE name = '" + name + "'");

        assertThat(entries("?actor=http:" + name)).containsSubsequence("queue.update", "queue.create");
        assertThat(entries("?actor=http:" + name + "&action=queue.create")).doesNotContain("queue.update");
        assertThat(entries("?subject=" + name + "&until=2001-01-01T00:00:00Z")).contains("\"items\":[]");
        assertThat(entries("?subject=" + name + "&since=2001-01-01T00:00:00Z&size=1"))
                .contains("queue.update", "\"more\":true")
                .doesNotContain("queue.create");
        assertThat(entries("?subject=" + name + "&size=1&page=2")).contains("queue.create", "\"more\":false");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?since=yesterday      | since
            ?page=0               | page
            ?size=501             | size
            ?page=1001            | page
            ?actr=http:alice      | actr
            ?actor=a%00b          | actor
            ?action=a%00b         | action
            ?subject=a%00b        | subject
            ?since=%2B300000-01-01T00:00:00Z | since
            ?until=-999999-01-01T00:00:00Z | until
            """)
    void namesTheParameterThatIsWrong(String query, String field) {
        api.as(Role.ADMIN)
                .get()
                .uri(uri -> URI.create(uri.path("/api/audit").build() + query))
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.field")
                .isEqualTo(field);
    }

    private UUID enqueue() {
        return jdbc.sql("SELECT rowrunner.enqueue('audit.test')")
                .query(UUID.class)
                .single();
    }

    /** Answers the first column of the first row, or how many rows were changed. */
    private String as(String actor, String sql) {
        try (var acting = Actor.as(actor)) {
            var answer = transaction.execute(status -> sql.startsWith("SELECT")
                    ? jdbc.sql(sql).query(String.class).list().get(0)
                    : Integer.toString(jdbc.sql(sql).update()));
            return String.valueOf(answer);
        }
    }

    private List<String> rows(String subject) {
        return jdbc.sql(
                        "SELECT concat_ws(' ', actor, action, before, after) FROM audit WHERE subject = :subject ORDER BY id")
                .param("subject", subject)
                .query(String.class)
                .list();
    }

    private String entries(String query) {
        return String.valueOf(api.as(Role.ADMIN)
                .get()
                .uri("/api/audit" + query)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }
}
