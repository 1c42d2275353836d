package dev.rowrunner.runner.jobrunr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the limits of queues and kinds leave to one claim, locked until its transaction ends. */
final class Allowance {

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

    private record Occupied(String scope, int slot, UUID job) {}

    private final JdbcClient jdbc;
    private final Queues queues;
    private final Map<String, Deque<Integer>> slots = new TreeMap<>();
    private final Set<String> exhausted = new HashSet<>();
    private final Map<String, Integer> promised = new HashMap<>();
    private final Map<String, Integer> tokens = new TreeMap<>();
    private final Map<String, Integer> granted = new HashMap<>();

    Allowance(JdbcClient jdbc, Queues queues) {
        this.jdbc = jdbc;
        this.queues = queues;
    }

    Lanes.Quota allowed(Lanes.Quota quota) {
        var lane = quota.lane();
        int jobs = quota.jobs();
        if (queues.get(lane.queue()).rated()) {
            jobs = Math.min(
                    jobs, tokens.computeIfAbsent(lane.queue(), this::tokens) - granted.getOrDefault(lane.queue(), 0));
        }
        for (var scope : scopes(lane)) {
            jobs = Math.min(jobs, slots(scope, quota.jobs()).size() - promised.getOrDefault(scope, 0));
        }
        for (var scope : scopes(lane)) {
            promised.merge(scope, jobs, Integer::sum);
        }
        granted.merge(lane.queue(), jobs, Integer::sum);
        return new Lanes.Quota(lane, quota.from(), jobs);
    }

    /** The lanes to which a limit is full with these rows: they wait for the next look. */
    List<Predicate<Lane>> closed(List<Claims.Row> rows) {
        var closed = new ArrayList<Predicate<Lane>>();
        tokens.forEach((queue, left) -> {
            if (left <= count(rows, lane -> lane.queue().equals(queue))) {
                closed.add(lane -> lane.queue().equals(queue));
            }
        });
        slots.forEach((scope, locked) -> {
            if (exhausted.contains(scope)
                    && locked.size() <= count(rows, lane -> scopes(lane).contains(scope))) {
                closed.add(lane -> scopes(lane).contains(scope));
            }
        });
        return closed;
    }

    private static long count(List<Claims.Row> rows, Predicate<Lane> some) {
        return rows.stream().filter(row -> some.test(row.quota().lane())).count();
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
            int all = promised.getOrDefault(scope, 0) + wanted;
            locked.clear();
            locked.addAll(jdbc.sql(FREE_SLOTS)
                    .param("scope", scope)
                    .param("wanted", all)
                    .query(Integer.class)
                    .list());
            if (locked.size() < all) {
                exhausted.add(scope);
            }
        }
        return locked;
    }

    void spend(List<Claims.Row> taken) {
        var occupied = new ArrayList<Occupied>();
        for (var row : taken) {
            scopes(row.quota().lane())
                    .forEach(scope -> occupied.add(new Occupied(
                            scope, Objects.requireNonNull(slots.get(scope)).removeFirst(), row.id())));
        }
        if (!occupied.isEmpty()) {
            jdbc.sql(OCCUPY)
                    .param("scopes", Claims.texts(occupied, Occupied::scope))
                    .param("slots", occupied.stream().mapToInt(Occupied::slot).toArray())
                    .param("jobs", Claims.texts(occupied, Occupied::job))
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
