package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes how attempts ended, each fenced by its lease: an attempt whose job another worker has taken is refused. Writing
 * the same outcome twice, after a commit whose answer was lost, is accepted twice.
 */
final class Outcomes {

    /** Where the claim left the row, or by its id where somebody has written it since. */
    private static final String SUCCEED = """
            WITH done AS (
                UPDATE rowrunner.job AS j
                SET state = 'SUCCEEDED', version = j.version + 1, counted = NOT j.counted,
                    updated_at = :since::timestamptz + o.micros * interval '1 microsecond'
                FROM unnest(:rows::tid[], :ids::uuid[], :leases::int[], :workers::int[], :micros::bigint[])
                     AS o(place, id, lease, worker, micros)
                WHERE %s AND j.id = o.id AND j.version = o.lease AND j.worker = o.worker AND j.state = 'PROCESSING'
                RETURNING j.id, j.queue),
            """ + Counts.moved("done", "PROCESSING", "SUCCEEDED") + """
            SELECT id FROM done
            """;

    private static final String SUCCEED_IN_PLACE = SUCCEED.formatted("j.ctid = o.place");
    private static final String SUCCEED_BY_ID = SUCCEED.formatted("true");

    private static final String HAVE_SUCCEEDED = """
            SELECT j.id FROM unnest(:ids::uuid[], :leases::int[], :workers::int[]) AS o(id, lease, worker)
            JOIN rowrunner.job j ON j.id = o.id
            WHERE j.version = o.lease + 1 AND j.worker = o.worker AND j.state = 'SUCCEEDED'
            """;

    private static final String LEAVE_KEYS = """
            SELECT rowrunner.leave_keys(array_agg(concurrency_key))::text FROM rowrunner.job WHERE id = ANY (:ids::uuid[])
            """;

    private static final String LEAVE_UNIQUE_KEYS = "SELECT rowrunner.leave_unique_keys(:ids::uuid[])::text";

    private static final String END = """
            SELECT rowrunner.end_attempt(:id, :lease, :worker, :outcome, :at, :runAt, :message, :type, :error, :trace)
            """;

    /** The log as JobRunr stores it. An attempt that lost its lease tells nothing. */
    private static final String TELL = """
            INSERT INTO rowrunner.job_progress AS known (id, done, total, log, updated_at)
            SELECT id, :done::bigint, :total::bigint, :log::jsonb, :at FROM rowrunner.job
            WHERE id = :id AND version = :lease AND worker = :worker AND state = 'PROCESSING'
            ON CONFLICT (id) DO UPDATE
            SET done = excluded.done, total = excluded.total, log = excluded.log, updated_at = excluded.updated_at
            """;

    /** In their order, lest two workers wait for each other. */
    private static final String LOCK_KEYS = """
            SELECT c.key FROM rowrunner.concurrency_key c
            WHERE c.key IN (SELECT concurrency_key FROM rowrunner.job WHERE id = ANY (:ids::uuid[])) ORDER BY c.key FOR UPDATE
            """;

    private final EngineDatabase database;
    private final JdbcClient jdbc;
    private final JsonMapper json;

    Outcomes(EngineDatabase database, JsonMapper json) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.json = json;
    }

    /** Writes them all, durably. Answers the attempts whose lease was lost. */
    Set<Attempt> save(Collection<Outcome> outcomes, Instant now) {
        if (outcomes.isEmpty()) {
            return Set.of();
        }
        return outcomes.stream().allMatch(Outcomes::isPlain)
                ? Set.copyOf(succeed(inOrder(outcomes).toList()))
                : database.inTransaction(() -> saveWithin(outcomes, now));
    }

    /** Successes that hold and tell nothing are one statement, which is a transaction of its own. */
    private static boolean isPlain(Outcome outcome) {
        return outcome.how() == Outcome.How.SUCCESS
                && !outcome.attempt().claim().holds()
                && !outcome.attempt().hasNews();
    }

    private static Stream<Outcome> inOrder(Collection<Outcome> outcomes) {
        return outcomes.stream()
                .sorted((a, b) -> Place.compare(a.attempt().id(), b.attempt().id()));
    }

    private Set<Attempt> saveWithin(Collection<Outcome> outcomes, Instant now) {
        lockKeys(outcomes);
        outcomes.forEach(outcome -> tell(outcome.attempt(), now));
        var refused = new HashSet<Attempt>();
        inOrder(outcomes).collect(Collectors.groupingBy(Outcome::how)).forEach((how, some) -> {
            switch (how) {
                case SUCCESS -> refused.addAll(succeed(some));
                case LOST -> some.forEach(outcome -> refused.add(outcome.attempt()));
                default ->
                    some.stream().filter(outcome -> !end(outcome)).forEach(outcome -> refused.add(outcome.attempt()));
            }
        });
        return refused;
    }

    private void lockKeys(Collection<Outcome> outcomes) {
        var holders = outcomes.stream()
                .map(Outcome::attempt)
                .filter(attempt -> attempt.claim().keyed())
                .toList();
        if (!holders.isEmpty()) {
            jdbc.sql(LOCK_KEYS)
                    .param("ids", texts(holders, Attempt::id))
                    .query(String.class)
                    .list();
        }
    }

    /** Stores what running attempts have told. */
    void tell(Attempt attempt, Instant now) {
        var story = attempt.news();
        if (story != null) {
            jdbc.sql(TELL)
                    .param("id", story.id())
                    .param("lease", attempt.claim().lease())
                    .param("worker", attempt.claim().worker())
                    .param("done", story.done())
                    .param("total", story.total())
                    .param("log", log(story.lines()))
                    .param("at", now.atOffset(ZoneOffset.UTC))
                    .update();
        }
    }

    private record LogLine(String level, String logInstant, String logMessage) {}

    private String log(List<Attempt.Line> lines) {
        return lines.stream()
                .map(line -> new LogLine("INFO", line.at().toString(), line.text()))
                .map(json::serialize)
                .collect(Collectors.joining(",", "[", "]"));
    }

    private List<Attempt> succeed(List<Outcome> outcomes) {
        var written = succeed(SUCCEED_IN_PLACE, outcomes);
        var others = without(outcomes, written);
        if (!others.isEmpty()) {
            written.addAll(succeed(SUCCEED_BY_ID, others));
        }
        var held = outcomes.stream()
                .map(Outcome::attempt)
                .filter(attempt -> written.contains(attempt.id()))
                .toList();
        release(LEAVE_KEYS, held, Attempt.Claim::keyed);
        release(LEAVE_UNIQUE_KEYS, held, Attempt.Claim::unique);
        var missing = without(others, written).stream().map(Outcome::attempt).toList();
        return missing.isEmpty() ? missing : withoutThoseWritten(missing);
    }

    private static List<Outcome> without(List<Outcome> outcomes, Set<UUID> written) {
        return outcomes.stream()
                .filter(outcome -> !written.contains(outcome.attempt().id()))
                .toList();
    }

    private Set<UUID> succeed(String statement, List<Outcome> outcomes) {
        var since = outcomes.get(0).at();
        var attempts = outcomes.stream().map(Outcome::attempt).toList();
        return new HashSet<>(bind(jdbc.sql(statement), attempts)
                .param("rows", texts(attempts, attempt -> attempt.claim().row()))
                .param("since", since.atOffset(ZoneOffset.UTC))
                .param(
                        "micros",
                        outcomes.stream()
                                .mapToLong(outcome -> ChronoUnit.MICROS.between(since, outcome.at()))
                                .toArray())
                .query(UUID.class)
                .list());
    }

    private void release(String statement, List<Attempt> attempts, Predicate<Attempt.Claim> holds) {
        var holders =
                attempts.stream().filter(attempt -> holds.test(attempt.claim())).toList();
        if (!holders.isEmpty()) {
            jdbc.sql(statement)
                    .param("ids", texts(holders, Attempt::id))
                    .query(String.class)
                    .optional();
        }
    }

    private List<Attempt> withoutThoseWritten(List<Attempt> attempts) {
        var written = Set.copyOf(
                bind(jdbc.sql(HAVE_SUCCEEDED), attempts).query(UUID.class).list());
        return attempts.stream()
                .filter(attempt -> !written.contains(attempt.id()))
                .toList();
    }

    private static JdbcClient.StatementSpec bind(JdbcClient.StatementSpec statement, List<Attempt> attempts) {
        return statement
                .param("ids", texts(attempts, Attempt::id))
                .param(
                        "leases",
                        attempts.stream().mapToInt(a -> a.claim().lease()).toArray())
                .param(
                        "workers",
                        attempts.stream().mapToInt(a -> a.claim().worker()).toArray());
    }

    private boolean end(Outcome outcome) {
        var claim = outcome.attempt().claim();
        var answer = jdbc.sql(END)
                .param("id", claim.id())
                .param("lease", claim.lease())
                .param("worker", claim.worker())
                .param("outcome", outcome.how().code())
                .param("at", outcome.at().atOffset(ZoneOffset.UTC))
                .param("runAt", time(outcome.runAt()))
                .param("message", outcome.message())
                .param("type", outcome.type())
                .param("error", outcome.errorMessage())
                .param("trace", outcome.trace())
                .query(String.class)
                .single();
        return !answer.equals("refused");
    }

    private static @Nullable Object time(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    private static <T> String[] texts(Collection<T> things, Function<T, Object> part) {
        var texts = new ArrayList<String>(things.size());
        things.forEach(thing -> texts.add(Objects.toString(part.apply(thing))));
        return texts.toArray(String[]::new);
    }
}
