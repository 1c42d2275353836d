package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Http;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the operators' endpoints refuse: they name the field and its bound, and store nothing. */
@RowrunnerTest
class OperatorInputTest {

    @Autowired
    Api api;

    @Autowired
    JdbcClient jdbc;

    private Http operator;

    @BeforeEach
    void signIn() {
        operator = new Http(api, Role.OPERATOR);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET    | /api/jobs?state=proccesing                     | state    | did you mean 'processing'
                    GET    | /api/jobs?state=                              | state    | scheduled, enqueued, processing
                    GET    | /api/jobs?kind=usage.agregate-day             | kind     | did you mean 'usage.aggregate-day'
                    GET    | /api/jobs?queue=defualt                       | queue    | did you mean 'default'
                    GET    | /api/jobs?tenant=                             | tenant   | 1 to 500 characters
                    GET    | /api/jobs?tenant=a%00b                        | tenant   | no NUL
                    GET    | /api/jobs?page=0                              | page     | greater than or equal to 1
                    GET    | /api/jobs?size=501                            | size     | less than or equal to 500
                    GET    | /api/jobs?page=x                              | page     | whole number
                    GET    | /api/jobs?states=failed                       | states   | kind, page, queue, size, state, tenant
                    GET    | /api/jobs/1                                   | id       | a UUID
                    GET    | /api/jobs/1/why                               | id       | a UUID
                    GET    | /api/jobs/123e4567-e89b-12d3-a456-426614174000?verbose=1 | verbose | no parameters
                    DELETE | /api/jobs/nope                                | id       | a UUID
                    DELETE | /api/jobs/123e4567-e89b-12d3-a456-426614174000?reason=a%00 | reason | no NUL
                    POST   | /api/jobs/1/requeue                           | id       | a UUID
                    GET    | /api/queues?page=1001                         | page     | less than or equal to 1000
                    POST   | /api/queues/default/pause?force=1             | force    | no parameters
                    GET    | /api/workers?ended=maybe                      | ended    | true or false
                    GET    | /api/workers?size=0                           | size     | greater than or equal to 1
                    GET    | /api/dead-letters?kind=nope                   | kind     | must be one of
                    GET    | /api/dead-letters?since=yesterday             | since    | an instant such as
                    GET    | /api/dead-letters?until=+999999999-12-31T23:59:59Z | until | an instant
                    GET    | /api/dead-letters?error=                      | error    | 1 to 1000 characters
                    GET    | /api/dead-letters/1                           | id       | a UUID
                    POST   | /api/dead-letters/requeue?knd=usage           | knd      | did you mean 'kind'
                    POST   | /api/dead-letters/requeue?queue=nope          | queue    | must be one of
                    POST   | /api/dead-letters/discard?dryRun=perhaps      | dryRun   | true or false
                    POST   | /api/dead-letters/discard                     | all      | all=true
                    POST   | /api/dead-letters/1/requeue                   | id       | a UUID
                    POST   | /api/dead-letters/1/discard                   | id       | a UUID
                    """)
    void namesTheParameterAndItsBound(String method, String path, String field, String detail) {
        var answer = operator.exchange(method, path, null);

        assertThat(answer.status()).as(answer.text("detail")).isEqualTo(400);
        assertThat(answer.body()).containsEntry("field", field);
        assertThat(answer.text("detail")).contains(detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                               | kind           | null
                    {"kind":"usage.agregate-day"}                                    | kind           | did you mean 'usage.aggregate-day'
                    {"kind":"usage.aggregate-day","queue":"nope"}                    | queue          | must be one of
                    {"kind":"usage.aggregate-day","args":[1]}                        | args           | an object
                    {"kind":"usage.aggregate-day","args":"{}"}                       | args           | an object
                    {"kind":"usage.aggregate-day","args":{"dat":"2025-11-01"}}       | args.dat       | did you mean 'date'
                    {"kind":"usage.aggregate-day","args":{"date":"2025-02-30"}}      | args.date      | 2025-02-30
                    {"kind":"usage.aggregate-day","args":{"date":"\\u0000"}}         | args           | args can't be stored
                    {"kind":"usage.aggregate-day","args":{"date":"\\ud800"}}         | args.date      | does not fit
                    {"kind":"usage.aggregate-day","priority":101}                    | priority       | less than or equal to 100
                    {"kind":"usage.aggregate-day","priority":1.5}                    | priority       | whole number
                    {"kind":"usage.aggregate-day","runAt":"soon"}                    | runAt          | an instant such as
                    {"kind":"usage.aggregate-day","runAt":"+12025-01-01T00:00:00Z"}  | runAt          | 9999-12-31
                    {"kind":"usage.aggregate-day","uniqueKey":""}                    | uniqueKey      | 1 to 500 characters
                    {"kind":"usage.aggregate-day","tenant":"a\\u0000"}               | tenant         | no NUL
                    {"kind":"usage.aggregate-day","concurrencyKey":""}               | concurrencyKey | 1 to 500 characters
                    {"kind":"usage.aggregate-day","arg":{}}                          | arg            | the fields are args
                    """)
    void namesTheFieldOfAJobAndStoresNone(String body, String field, String detail) {
        long before = count("rowrunner.job");

        var answer = operator.post("/api/jobs", body);

        assertThat(answer.status()).as(answer.text("detail")).isEqualTo(400);
        assertThat(answer.body()).containsEntry("field", field);
        assertThat(answer.text("detail")).contains(detail);
        assertThat(count("rowrunner.job")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Nope | {}                                     | name        | lower-case letters
                    9a   | {}                                     | name        | a letter first
                    input-q | {"concurrency":-1}                  | concurrency | greater than or equal to 0
                    input-q | {"concurrency":10001}               | concurrency | less than or equal to 10000
                    input-q | {"priority":101}                    | priority    | less than or equal to 100
                    input-q | {"rate":{"jobs":0,"per":"PT1M"}}    | rate.jobs   | greater than or equal to 1
                    input-q | {"rate":{"jobs":5}}                 | rate.per    | null
                    input-q | {"rate":{"jobs":5,"per":"PT0S"}}    | rate.per    | PT0.1S to P31D
                    input-q | {"rate":{"jobs":5,"per":"1 min"}}   | rate.per    | a duration such as PT15M
                    input-q | {"rate":{"job":5}}                  | rate.job    | the fields are jobs, per
                    input-q | {"paused":true}                     | paused      | concurrency, priority, rate
                    """)
    void namesTheFieldOfAQueueAndMakesNone(String name, String body, String field, String detail) {
        long before = count("rowrunner.queue");

        var answer = operator.exchange("PUT", "/api/queues/" + name, body);

        assertThat(answer.status()).as(answer.text("detail")).isEqualTo(400);
        assertThat(answer.body()).containsEntry("field", field);
        assertThat(answer.text("detail")).contains(detail);
        assertThat(count("rowrunner.queue")).isEqualTo(before);
    }

    @Test
    void takesAKeyOfAHundredAndTwentyFiveCharactersInAnyScript() {
        var answer = operator.post(
                "/api/jobs",
                Map.of(
                        "kind",
                        "usage.aggregate-day",
                        "args",
                        Map.of("date", "2025-11-01"),
                        "uniqueKey",
                        "\uD83D\uDE80".repeat(125),
                        "runAt",
                        "2099-01-01T00:00:00Z"));

        assertThat(answer.status()).as(answer.text("detail")).isEqualTo(201);
        operator.delete("/api/jobs/" + answer.text("id"));
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
