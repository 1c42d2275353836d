package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.jobrunr.Lanes.Quota;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Claims jobs for a worker: one statement, {@code FOR UPDATE SKIP LOCKED}, that reads the heads of the lanes it is given
 * and nothing else. Where limits apply, slots are locked before it, and concurrency keys between picking and taking.
 */
final class Claims {

    private static final String CLAIM = """
            WITH picked AS MATERIALIZED (
                SELECT job.id, job.claim_key, job.concurrency_key, lane.n
                FROM unnest(:queues::text[], :kinds::text[], :tenants::text[], :keys::timestamptz[], :ids::uuid[], :jobs::int[])
                     WITH ORDINALITY AS lane(queue, kind, tenant, key, id, jobs, n)
                     CROSS JOIN LATERAL (
                         SELECT j.id, j.claim_key, j.concurrency_key
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
                    started_at = :now, updated_at = :now
                FROM picked p
                WHERE j.id = p.id AND p.concurrency_key IS NULL
                RETURNING p.n, j.id, j.claim_key, j.concurrency_key, j.version, j.attempt, j.snoozes)
            SELECT t.*, b.args::text, b.unique_key IS NOT NULL AS is_unique
            FROM taken t LEFT JOIN rowrunner.job_body b ON b.id = t.id
            UNION ALL
            SELECT n, id, claim_key, concurrency_key, NULL, NULL, NULL, NULL, NULL FROM picked WHERE concurrency_key IS NOT NULL
            """;

    private static final String TAKE = """
            UPDATE rowrunner.job j
            SET state = 'PROCESSING', version = j.version + 1, attempt = j.attempt + 1, worker = :worker,
                started_at = :now, updated_at = :now
            FROM unnest(:ids::uuid[], :lanes::int[]) AS p(id, n)
            WHERE j.id = p.id
            RETURNING p.n, j.id, j.claim_key, j.concurrency_key, j.version, j.attempt, j.snoozes,
                      (SELECT b.args::text FROM rowrunner.job_body b WHERE b.id = j.id) AS args,
                      (SELECT b.unique_key IS NOT NULL FROM rowrunner.job_body b WHERE b.id = j.id) AS is_unique
            """;

    private static final String FREE_SLOTS = """
            SELECT n FROM rowrunner.limit_slot
            WHERE scope = :scope AND job_id IS NULL AND n <= (SELECT rowrunner.limit_of(:scope)) ORDER BY n LIMIT :wanted
            FOR UPDATE SKIP LOCKED
            """;

    private static final String OCCUPY = """
            UPDATE rowrunner.limit_slot s SET job_id = o.job
            FROM unnest(:scopes::text[], :slots::int[], :jobs::uuid[]) AS o(scope, n, job)
            WHERE s.scope = o.scope AND s.n = o.n
            """;

    private static final String TOKENS = """
            UPDATE rowrunner.rate_bucket b
            SET tokens = least(q.rate_jobs, b.tokens + q.rate_jobs
                               * extract(epoch FROM clock_timestamp() - b.at) / extract(epoch FROM q.rate_interval)),
                at = clock_timestamp()
            FROM rowrunner.queue q
            WHERE q.name = b.queue
              AND b.queue = (SELECT queue FROM rowrunner.rate_bucket WHERE queue = :queue FOR UPDATE SKIP LOCKED)
            RETURNING floor(b.tokens)::int
            """;

    private static final String SPEND = "UPDATE rowrunner.rate_bucket SET tokens = tokens - :jobs WHERE queue = :queue";

    /** Of those that are new, such as nobody else is adding now: an insert would wait for his commit. */
    private static final String ADD_KEYS = """
            INSERT INTO rowrunner.concurrency_key (key)
            SELECT DISTINCT wanted.key FROM unnest(:keys::text[]) AS wanted(key)
            WHERE NOT EXISTS (SELECT FROM rowrunner.concurrency_key c WHERE c.key = wanted.key)
              AND pg_try_advisory_xact_lock('rowrunner.concurrency_key'::regclass::int, hashtext(wanted.key))
            ON CONFLICT DO NOTHING
            """;

    /** Those that another transaction has locked are left out: whoever claims waits for nobody. */
    private static final String LOCK_KEYS = """
            SELECT c.key, coalesce(k.key_concurrency, 1) - c.running AS room
            FROM rowrunner.concurrency_key c LEFT JOIN rowrunner.kind k ON k.name = split_part(c.key, ':', 1)
            WHERE c.key = ANY (:keys::text[]) ORDER BY c.key FOR UPDATE OF c SKIP LOCKED
            """;

    private static final String ENTER_KEYS = """
            UPDATE rowrunner.concurrency_key c SET running = c.running + e.n
            FROM (SELECT key, count(*) AS n FROM unnest(:keys::text[]) AS key GROUP BY key) AS e WHERE c.key = e.key
            """;

    /** With those behind them, lest a thousand jobs of one busy key be looked at one by one. */
    private static final String PARK = """
            UPDATE rowrunner.job SET parked = true
            WHERE id = ANY (ARRAY(
                SELECT ahead.id FROM (
                    SELECT j.id, j.concurrency_key FROM rowrunner.job j
                    WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = :queue AND j.kind = :kind AND j.tenant = :tenant
                      AND (j.claim_key, j.id) >= (:key, :id)
                    ORDER BY j.claim_key, j.id LIMIT 1000 FOR UPDATE SKIP LOCKED) AS ahead
                WHERE ahead.concurrency_key = ANY (:keys::text[])))
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
    private final Clock clock;

    Claims(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A row that the claim has locked; taken already unless it has a concurrency key. */
    private record Row(
            Quota quota,
            UUID id,
            Place place,
            @Nullable String key,
            int version,
            int attempt,
            int snoozes,
            @Nullable String args,
            boolean unique) {}

    /**
     * Claims up to the quotas for the worker, in the transaction that the caller is in, and notes in the lanes how far
     * it came.
     */
    List<Attempt> claim(List<Quota> wanted, int worker, Queues queues, Lanes lanes) {
        var allowance = new Allowance(queues);
        var quotas = wanted.stream().map(allowance::allowed).toList();
        var open = quotas.stream().filter(quota -> quota.jobs() > 0).toList();
        var rows = open.isEmpty() ? List.<Row>of() : pick(open, worker);
        note(quotas, rows, lanes);
        wanted.stream()
                .map(Quota::lane)
                .forEach(lane -> allowance.closed(lane, rows).ifPresent(lanes::closed));
        var taken =
                new ArrayList<>(rows.stream().filter(row -> row.key() == null).toList());
        var keyed = rows.stream().filter(row -> row.key() != null).toList();
        if (!keyed.isEmpty()) {
            taken.addAll(admit(keyed, worker));
        }
        putBack(taken, beginUnique(taken));
        allowance.spend(taken);
        return taken.stream()
                .sorted(Comparator.comparing(Row::place))
                .map(row -> attempt(row, worker, queues.isLimited(row.quota().lane())))
                .toList();
    }

    private List<Row> pick(List<Quota> quotas, int worker) {
        return jdbc.sql(CLAIM)
                .param("queues", texts(quotas, quota -> quota.lane().queue()))
                .param("kinds", texts(quotas, quota -> quota.lane().kind()))
                .param("tenants", texts(quotas, quota -> quota.lane().tenant()))
                .param("keys", texts(quotas, quota -> quota.from().key()))
                .param("ids", texts(quotas, quota -> quota.from().id()))
                .param("jobs", quotas.stream().mapToInt(Quota::jobs).toArray())
                .param("worker", worker)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query((row, i) -> row(quotas, row))
                .list();
    }

    private static Row row(List<Quota> quotas, ResultSet row) throws SQLException {
        return new Row(
                quotas.get(row.getInt("n") - 1),
                row.getObject("id", UUID.class),
                new Place(
                        row.getObject("claim_key", OffsetDateTime.class).toInstant(), row.getObject("id", UUID.class)),
                row.getString("concurrency_key"),
                row.getInt("version"),
                row.getInt("attempt"),
                row.getInt("snoozes"),
                row.getString("args"),
                row.getBoolean("is_unique"));
    }

    /** A lane that gave less than it was asked for has no more. */
    private static void note(List<Quota> allowed, List<Row> rows, Lanes lanes) {
        var byLane =
                rows.stream().collect(Collectors.groupingBy(row -> row.quota().lane()));
        for (var quota : allowed) {
            var lane = quota.lane();
            var found = byLane.getOrDefault(lane, List.of());
            found.stream()
                    .map(Row::place)
                    .max(Comparator.naturalOrder())
                    .ifPresent(place -> lanes.reached(lane, place.next()));
            if (found.size() < quota.jobs()) {
                lanes.emptied(lane);
            }
        }
    }

    /** Takes the jobs whose concurrency key has room and parks those whose key is full. */
    private List<Row> admit(List<Row> keyed, int worker) {
        var keys = keyed.stream().map(Row::key).collect(Collectors.toSet());
        jdbc.sql(ADD_KEYS).param("keys", keys.toArray(String[]::new)).update();
        var room = room(keys);
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
        var taken = admitted.isEmpty() ? List.<Row>of() : take(admitted, worker);
        full.forEach(this::park);
        return taken;
    }

    private Map<String, Integer> room(Set<String> keys) {
        var room = new HashMap<String, Integer>();
        jdbc.sql(LOCK_KEYS).param("keys", keys.toArray(String[]::new)).query(row -> {
            room.put(row.getString("key"), Math.max(row.getInt("room"), 0));
        });
        return room;
    }

    private List<Row> take(List<Row> admitted, int worker) {
        var quotas = admitted.stream().map(Row::quota).distinct().toList();
        jdbc.sql(ENTER_KEYS).param("keys", texts(admitted, Row::key)).update();
        return jdbc.sql(TAKE)
                .param("ids", texts(admitted, Row::id))
                .param(
                        "lanes",
                        admitted.stream()
                                .mapToInt(row -> quotas.indexOf(row.quota()) + 1)
                                .toArray())
                .param("worker", worker)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query((row, i) -> row(quotas, row))
                .list();
    }

    private void park(Quota quota, Set<String> keys) {
        jdbc.sql(PARK)
                .param("queue", quota.lane().queue())
                .param("kind", quota.lane().kind())
                .param("tenant", quota.lane().tenant())
                .param("key", quota.from().key().atOffset(ZoneOffset.UTC))
                .param("id", quota.from().id())
                .param("keys", keys.toArray(String[]::new))
                .update();
    }

    /** Those that are unique while they wait give their keys up. Answers the ones that can't yet. */
    private Set<UUID> beginUnique(List<Row> taken) {
        var unique = taken.stream().filter(Row::unique).toList();
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

    private Attempt attempt(Row row, int worker, boolean limited) {
        var holds = limited || row.key() != null || row.unique();
        return new Attempt(
                new Attempt.Claim(
                        row.id(),
                        row.version(),
                        worker,
                        row.quota().lane(),
                        row.attempt(),
                        row.snoozes(),
                        String.valueOf(row.args()),
                        holds),
                clock);
    }

    private static <T> String[] texts(Collection<T> things, Function<T, @Nullable Object> part) {
        return things.stream().map(thing -> String.valueOf(part.apply(thing))).toArray(String[]::new);
    }

    /** What the limits of queues and kinds leave, locked until the caller's transaction ends. */
    private final class Allowance {

        private final Queues queues;
        private final Map<String, Deque<Integer>> slots = new TreeMap<>();
        private final Map<String, Integer> promised = new HashMap<>();
        private final Map<String, Integer> tokens = new TreeMap<>();
        private final Map<String, Integer> granted = new HashMap<>();

        Allowance(Queues queues) {
            this.queues = queues;
        }

        Quota allowed(Quota quota) {
            var lane = quota.lane();
            int jobs = quota.jobs();
            if (queues.get(lane.queue()).rated()) {
                jobs = Math.min(
                        jobs,
                        tokens.computeIfAbsent(lane.queue(), this::tokens) - granted.getOrDefault(lane.queue(), 0));
            }
            for (var scope : scopes(lane)) {
                jobs = Math.min(jobs, slots(scope, quota.jobs()).size() - promised.getOrDefault(scope, 0));
            }
            for (var scope : scopes(lane)) {
                promised.merge(scope, jobs, Integer::sum);
            }
            granted.merge(lane.queue(), jobs, Integer::sum);
            return new Quota(lane, quota.from(), jobs);
        }

        /** The lanes to which a limit is full with these rows, if it is to this one: they wait for the next look. */
        Optional<Predicate<Lane>> closed(Lane lane, List<Row> rows) {
            var queue = lane.queue();
            if (tokens.getOrDefault(queue, Integer.MAX_VALUE) <= count(rows, queue, Lane::queue)
                    || room("queue:" + queue) <= count(rows, queue, Lane::queue)) {
                return Optional.of(other -> other.queue().equals(queue));
            }
            return room("kind:" + lane.kind()) <= count(rows, lane.kind(), Lane::kind)
                    ? Optional.of(other -> other.kind().equals(lane.kind()))
                    : Optional.empty();
        }

        private int room(String scope) {
            var locked = slots.get(scope);
            return locked == null ? Integer.MAX_VALUE : locked.size();
        }

        private static long count(List<Row> rows, String name, Function<Lane, String> part) {
            return rows.stream()
                    .filter(row -> part.apply(row.quota().lane()).equals(name))
                    .count();
        }

        private List<String> scopes(Lane lane) {
            var scopes = new ArrayList<String>(2);
            if (queues.get(lane.queue()).limited()) {
                scopes.add("queue:" + lane.queue());
            }
            if (queues.limitedKinds().contains(lane.kind())) {
                scopes.add("kind:" + lane.kind());
            }
            return scopes;
        }

        private int tokens(String queue) {
            return jdbc.sql(TOKENS)
                    .param("queue", queue)
                    .query(Integer.class)
                    .optional()
                    .orElse(0);
        }

        private Deque<Integer> slots(String scope, int wanted) {
            var locked = slots.computeIfAbsent(scope, key -> new ArrayDeque<>());
            int more = promised.getOrDefault(scope, 0) + wanted - locked.size();
            if (more > 0) {
                // Those locked already are not skipped by their own transaction, so all are asked for again.
                locked.clear();
                locked.addAll(jdbc.sql(FREE_SLOTS)
                        .param("scope", scope)
                        .param("wanted", promised.getOrDefault(scope, 0) + wanted)
                        .query(Integer.class)
                        .list());
            }
            return locked;
        }

        void spend(List<Row> taken) {
            var occupied = new ArrayList<Occupied>();
            for (var row : taken) {
                scopes(row.quota().lane())
                        .forEach(scope -> occupied.add(new Occupied(
                                scope, Objects.requireNonNull(slots.get(scope)).removeFirst(), row.id())));
            }
            if (!occupied.isEmpty()) {
                jdbc.sql(OCCUPY)
                        .param("scopes", texts(occupied, Occupied::scope))
                        .param(
                                "slots",
                                occupied.stream().mapToInt(Occupied::slot).toArray())
                        .param("jobs", texts(occupied, Occupied::job))
                        .update();
            }
            taken.stream()
                    .map(row -> row.quota().lane().queue())
                    .filter(queue -> queues.get(queue).rated())
                    .collect(Collectors.groupingBy(queue -> queue, TreeMap::new, Collectors.counting()))
                    .forEach((queue, jobs) -> jdbc.sql(SPEND)
                            .param("queue", queue)
                            .param("jobs", jobs)
                            .update());
        }
    }

    private record Occupied(String scope, int slot, UUID job) {}
}
