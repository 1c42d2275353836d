package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Allowance.Claimant;
import dev.rowrunner.runner.jobrunr.Lanes.Quota;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Claims jobs for a worker: one statement, {@code FOR UPDATE SKIP LOCKED}, that reads the heads of the lanes it is given
 * and nothing else, and finds again where it lies in the table what it has locked. It is a transaction of its own, before
 * which slots are reserved where limits hold, unless there are rates or keys: concurrency keys are locked between picking
 * and taking.
 */
final class Claims {

    /**
     * The worker's row first: while it is locked nobody rescues its jobs, and where somebody has done so it is over, and
     * nothing is claimed that would belong to nobody.
     */
    private static final String CLAIM = """
            WITH me AS MATERIALIZED (
                SELECT id FROM rowrunner.worker WHERE id = :worker AND ended_at IS NULL FOR KEY SHARE),
            picked AS MATERIALIZED (
                SELECT job.place, job.id, job.claim_key, job.concurrency_key, lane.n
                FROM me CROSS JOIN
                     unnest(:queues::text[], :kinds::text[], :tenants::text[], :keys::timestamptz[], :ids::uuid[], :jobs::int[])
                     WITH ORDINALITY AS lane(queue, kind, tenant, key, id, jobs, n)
                     CROSS JOIN LATERAL (
                         SELECT j.ctid AS place, j.id, j.claim_key, j.concurrency_key
                         FROM rowrunner.job j
                         WHERE j.state = 'ENQUEUED' AND NOT j.parked
                           AND j.queue = lane.queue AND j.kind = lane.kind AND j.tenant = lane.tenant
                           AND (j.claim_key, j.id) >= (lane.key, lane.id)
                         ORDER BY j.claim_key, j.id
                         LIMIT lane.jobs
                         FOR UPDATE SKIP LOCKED) AS job),
            taken AS (
                UPDATE rowrunner.job j
                SET state = 'PROCESSING', version = j.version + 1, attempt = j.attempt + 1, worker = :worker,
                    started_at = :now, updated_at = :now, counted = NOT j.counted
                FROM picked p
                WHERE j.ctid = p.place AND p.concurrency_key IS NULL
                RETURNING p.n, j.ctid::text AS row, j.id, j.claim_key, j.priority, j.concurrency_key, j.version, j.attempt, j.snoozes,
                          coalesce(j.args, (SELECT b.args FROM rowrunner.job_body b WHERE b.id = j.id))::text AS args,
                          j.unique_key IS NOT NULL AS is_unique, j.queue),
            """ + Counts.moved("taken", "ENQUEUED", "PROCESSING") + """
            SELECT * FROM taken
            UNION ALL
            SELECT n, NULL, id, claim_key, NULL, concurrency_key, NULL, NULL, NULL, NULL, NULL, NULL FROM picked WHERE concurrency_key IS NOT NULL
            """;

    private static final String TAKE = """
            WITH taken AS (
                UPDATE rowrunner.job j
                SET state = 'PROCESSING', version = j.version + 1, attempt = j.attempt + 1, worker = :worker,
                    started_at = :now, updated_at = :now, counted = NOT j.counted
                FROM unnest(:ids::uuid[], :lanes::int[]) AS p(id, n)
                WHERE j.id = p.id
                RETURNING p.n, j.ctid::text AS row, j.id, j.claim_key, j.priority, j.concurrency_key, j.version, j.attempt, j.snoozes,
                          coalesce(j.args, (SELECT b.args FROM rowrunner.job_body b WHERE b.id = j.id))::text AS args,
                          j.unique_key IS NOT NULL AS is_unique, j.queue),
            """ + Counts.moved("taken", "ENQUEUED", "PROCESSING") + """
            SELECT * FROM taken
            """;

    private static final String BEGIN_UNIQUE = "SELECT rowrunner.begin_unique(:ids::uuid[])";

    /** As if they had not been taken. */
    private static final String PUT_BACK = """
            UPDATE rowrunner.job
            SET state = 'ENQUEUED', version = version - 1, attempt = attempt - 1, worker = NULL, started_at = NULL
            WHERE id = ANY (:ids::uuid[])
            """;

    private static final String RELEASE = "SELECT rowrunner.release(:ids::uuid[], false)::text";

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final ConcurrencyKeys concurrencyKeys;
    private final Reserve reserve;
    private final Clock clock;

    /** Kinds of which jobs with a concurrency key were met. */
    private final Set<String> keyedKinds = new HashSet<>();

    Claims(JdbcClient jdbc, TransactionOperations transaction, Reserve reserve, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.reserve = reserve;
        this.concurrencyKeys = new ConcurrencyKeys(jdbc);
        this.clock = clock;
    }

    /** A row that the claim has locked; taken already unless it has a concurrency key. */
    record Row(
            Quota quota,
            @Nullable String row,
            UUID id,
            Place place,
            int priority,
            @Nullable String key,
            int version,
            int attempt,
            int snoozes,
            @Nullable String args,
            boolean unique) {}

    /** Claims up to the quotas, durably, and notes in the lanes how far it came. */
    List<Attempt> claim(List<Quota> wanted, Claimant claimant, Lanes lanes) {
        return wanted.stream().allMatch(quota -> isPlain(quota.lane(), claimant.queues()))
                ? claim(wanted, claimant, lanes, false)
                : transaction.execute(status -> claim(wanted, claimant, lanes, true));
    }

    private boolean isPlain(Lane lane, Queues queues) {
        return !queues.get(lane.queue()).rated()
                && !queues.uniqueWhileWaiting().contains(lane.kind())
                && !keyedKinds.contains(lane.kind());
    }

    /** @param together in one transaction, so that concurrency keys can be locked */
    private List<Attempt> claim(List<Quota> wanted, Claimant claimant, Lanes lanes, boolean together) {
        var now = clock.instant();
        int worker = claimant.worker();
        var allowance = new Allowance(jdbc, claimant, reserve);
        var quotas = wanted.stream().map(allowance::allowed).toList();
        var open = quotas.stream().filter(quota -> quota.jobs() > 0).toList();
        var rows = open.isEmpty() ? List.<Row>of() : pick(open, worker, now);
        note(quotas, rows, lanes);
        var taken = new ArrayList<Row>(rows.size());
        var keyed = new ArrayList<Row>();
        rows.forEach(row -> (row.key() == null ? taken : keyed).add(row));
        if (together && !keyed.isEmpty()) {
            taken.addAll(admit(keyed, worker, now));
        }
        putBack(taken, beginUnique(taken, claimant.queues()));
        lanes.closed(allowance.spent(taken)::contains);
        lanes.full(allowance.full(taken));
        if (!together) {
            keyed.forEach(row -> leave(row, lanes));
        }
        allowance.spend(taken);
        taken.sort(Comparator.comparing(Row::place));
        var attempts = new ArrayList<Attempt>(taken.size());
        taken.forEach(row -> attempts.add(attempt(row, worker, now)));
        return attempts;
    }

    /** To the next claim, which will be a transaction. */
    private void leave(Row row, Lanes lanes) {
        var lane = row.quota().lane();
        keyedKinds.add(lane.kind());
        lanes.woke(lane, row.place());
    }

    private List<Row> pick(List<Quota> quotas, int worker, Instant now) {
        return jdbc.sql(CLAIM)
                .param("queues", texts(quotas, quota -> quota.lane().queue()))
                .param("kinds", texts(quotas, quota -> quota.lane().kind()))
                .param("tenants", texts(quotas, quota -> quota.lane().tenant()))
                .param("keys", texts(quotas, quota -> quota.from().key()))
                .param("ids", texts(quotas, quota -> quota.from().id()))
                .param("jobs", quotas.stream().mapToInt(Quota::jobs).toArray())
                .param("worker", worker)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, i) -> row(quotas, row))
                .list();
    }

    private static Row row(List<Quota> quotas, ResultSet row) throws SQLException {
        var id = row.getObject("id", UUID.class);
        return new Row(
                quotas.get(row.getInt("n") - 1),
                row.getString("row"),
                id,
                new Place(row.getObject("claim_key", OffsetDateTime.class).toInstant(), id),
                row.getInt("priority"),
                row.getString("concurrency_key"),
                row.getInt("version"),
                row.getInt("attempt"),
                row.getInt("snoozes"),
                row.getString("args"),
                row.getBoolean("is_unique"));
    }

    /** A lane that gave less than it was asked for has no more. */
    private static void note(List<Quota> allowed, List<Row> rows, Lanes lanes) {
        var last = new HashMap<Lane, Place>();
        var found = new HashMap<Lane, Integer>();
        for (var row : rows) {
            last.merge(row.quota().lane(), row.place(), (a, b) -> a.compareTo(b) > 0 ? a : b);
            found.merge(row.quota().lane(), 1, Integer::sum);
        }
        last.forEach((lane, place) -> lanes.reached(lane, place.next()));
        allowed.stream()
                .filter(quota -> found.getOrDefault(quota.lane(), 0) < quota.jobs())
                .forEach(quota -> lanes.emptied(quota.lane()));
    }

    /** Takes the jobs whose concurrency key has room and parks those whose key is full. */
    private List<Row> admit(List<Row> keyed, int worker, Instant now) {
        var keys = keyed.stream().map(Row::key).collect(Collectors.toSet());
        var room = concurrencyKeys.lock(keys);
        var admitted = new ArrayList<Row>();
        var full = new HashMap<Quota, Set<String>>();
        keyed.stream().sorted(Comparator.comparing(Row::place)).forEach(row -> {
            int left = room.getOrDefault(row.key(), -1);
            if (left > 0) {
                room.put(row.key(), left - 1);
                admitted.add(row);
            } else if (left == 0) {
                full.computeIfAbsent(row.quota(), quota -> new HashSet<>()).add(row.key());
            }
        });
        var taken = admitted.isEmpty() ? List.<Row>of() : take(admitted, worker, now);
        full.forEach(concurrencyKeys::park);
        return taken;
    }

    private List<Row> take(List<Row> admitted, int worker, Instant now) {
        var quotas = admitted.stream().map(Row::quota).distinct().toList();
        concurrencyKeys.enter(texts(admitted, Row::key));
        return jdbc.sql(TAKE)
                .param("ids", texts(admitted, Row::id))
                .param(
                        "lanes",
                        admitted.stream()
                                .mapToInt(row -> quotas.indexOf(row.quota()) + 1)
                                .toArray())
                .param("worker", worker)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, i) -> row(quotas, row))
                .list();
    }

    /** Those that are unique while they wait give their keys up. Answers the ones that can't yet. */
    private Set<UUID> beginUnique(List<Row> taken, Queues queues) {
        var unique = taken.stream()
                .filter(row -> row.unique()
                        && queues.uniqueWhileWaiting()
                                .contains(row.quota().lane().kind()))
                .toList();
        return unique.isEmpty()
                ? Set.of()
                : jdbc.sql(BEGIN_UNIQUE)
                        .param("ids", texts(unique, Row::id))
                        .query(UUID.class)
                        .set();
    }

    private void putBack(List<Row> taken, Set<UUID> some) {
        if (some.isEmpty()) {
            return;
        }
        var ids = texts(some, id -> id);
        jdbc.sql(RELEASE).param("ids", ids).query(String.class).optional();
        jdbc.sql(PUT_BACK).param("ids", ids).update();
        taken.removeIf(row -> some.contains(row.id()));
    }

    private Attempt attempt(Row row, int worker, Instant at) {
        return new Attempt(
                new Attempt.Claim(
                        row.id(),
                        String.valueOf(row.row()),
                        row.version(),
                        worker,
                        row.quota().lane(),
                        at,
                        row.place().key().plus(Duration.ofMinutes(row.priority())),
                        row.attempt(),
                        row.snoozes(),
                        String.valueOf(row.args()),
                        row.key() != null,
                        row.unique()),
                clock);
    }

    static <T> String[] texts(Collection<T> things, Function<T, @Nullable Object> part) {
        return things.stream().map(thing -> String.valueOf(part.apply(thing))).toArray(String[]::new);
    }
}
