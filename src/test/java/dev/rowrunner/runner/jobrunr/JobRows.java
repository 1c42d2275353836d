package dev.rowrunner.runner.jobrunr;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes jobs through their life by the steps of the engine, in SQL. */
record JobRows(JdbcClient jdbc) {

    /** @param more columns and values of rowrunner.kind: {@code unique_while = 'unfinished'} */
    void kind(String name, String... more) {
        queue("default");
        jdbc.sql("INSERT INTO rowrunner.kind (name, queue, priority, max_attempts) VALUES (:name, 'default', 0, 3)"
                        + " ON CONFLICT DO NOTHING")
                .param("name", name)
                .update();
        for (var assignment : more) {
            jdbc.sql("UPDATE rowrunner.kind SET " + assignment + " WHERE name = :name")
                    .param("name", name)
                    .update();
        }
    }

    void queue(String name) {
        jdbc.sql("INSERT INTO rowrunner.queue (name) VALUES (:name) ON CONFLICT DO NOTHING")
                .param("name", name)
                .update();
    }

    /** Forgets the jobs of a kind and what they hold. */
    void clear(String kind) {
        jdbc.sql("UPDATE rowrunner.worker SET ended_at = now() WHERE ended_at IS NULL AND name = 'test'")
                .update();
        jdbc.sql(
                        "DELETE FROM rowrunner.unique_key WHERE split_part(key, ':', 1) = :kind OR split_part(key, '#', 1) = :kind")
                .param("kind", kind)
                .update();
        jdbc.sql("DELETE FROM jobrunr.jobrunr_jobs WHERE kind = :kind")
                .param("kind", kind)
                .update();
    }

    UUID enqueue(String kind) {
        return enqueueWith("'" + kind + "'");
    }

    /** @param arguments of rowrunner.enqueue as SQL */
    UUID enqueueWith(String arguments) {
        return jdbc.sql("SELECT rowrunner.enqueue(" + arguments + ")")
                .query(UUID.class)
                .single();
    }

    int worker() {
        return jdbc.sql("""
                        INSERT INTO rowrunner.worker (server, name, kinds, slots, started_at, beat_at)
                        VALUES (gen_random_uuid(), 'test', '{}', 1, now(), now()) RETURNING id
                        """).query(Integer.class).single();
    }

    void claim(UUID id, int worker) {
        change(id, "state = 'PROCESSING', attempt = attempt + 1, started_at = clock_timestamp(), worker = " + worker);
    }

    void succeed(UUID id) {
        change(id, "state = 'SUCCEEDED'");
        release(id);
    }

    /** Fails the attempt; there is another one after a minute. */
    void failAndRetry(UUID id) {
        tell(id, """
                jsonb_build_array(rowrunner.failed_state(now(), 'Attempt failed', 'java.io.IOException', 'boom', ''),
                                  rowrunner.scheduled_state(now(), now() + interval '1 minute', 'Retry 1 of 2'))
                """, "NULL");
        change(id, "state = 'SCHEDULED', run_at = now() + interval '1 minute'");
    }

    /** Fails the last attempt. */
    void die(UUID id, String error) {
        jdbc.sql("""
                        SELECT rowrunner.tell(j, j.version + 1, rowrunner.failed_state(
                            now(), 'Attempt failed', 'java.io.IOException', :error, ''), :error, 'attempts exhausted')
                        FROM rowrunner.job j WHERE id = :id
                        """).param("error", error).param("id", id).query((row, n) -> n).list();
        change(id, "state = 'FAILED'");
        release(id);
    }

    private void tell(UUID id, String states, String reason) {
        jdbc.sql("SELECT rowrunner.tell(j, j.version + 1, " + states + ", 'boom', " + reason
                        + ") FROM rowrunner.job j WHERE id = :id")
                .param("id", id)
                .query((row, n) -> n)
                .list();
    }

    private void change(UUID id, String assignments) {
        jdbc.sql("UPDATE rowrunner.job SET version = version + 1, updated_at = clock_timestamp(), " + assignments
                        + " WHERE id = :id")
                .param("id", id)
                .update();
    }

    private void release(UUID id) {
        jdbc.sql("SELECT rowrunner.release(ARRAY [:id], true)")
                .param("id", id)
                .query((row, n) -> n)
                .list();
    }

    void promote(OffsetDateTime now) {
        jdbc.sql("SELECT rowrunner.promote(:now, 1000)")
                .param("now", now)
                .query((row, n) -> n)
                .list();
    }

    List<UUID> requeue(UUID id) {
        return jdbc.sql("SELECT rowrunner.requeue(ARRAY [:id])")
                .param("id", id)
                .query(UUID.class)
                .list();
    }

    String discard(UUID id) {
        return jdbc.sql("SELECT outcome FROM rowrunner.discard(ARRAY [:id])")
                .param("id", id)
                .query(String.class)
                .single();
    }

    String state(UUID id) {
        return value(id, "state", String.class);
    }

    /** A column of view jobs. */
    <T> T value(UUID id, String column, Class<T> type) {
        return jdbc.sql("SELECT " + column + " FROM jobs WHERE id = :id")
                .param("id", id)
                .query(type)
                .single();
    }

    boolean exists(UUID id) {
        return jdbc.sql("SELECT count(*) FROM jobs WHERE id = :id")
                        .param("id", id)
                        .query(Integer.class)
                        .single()
                > 0;
    }
}
