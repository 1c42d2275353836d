package dev.rowrunner.runner.jobrunr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the limits and rates of queues and kinds leave to one claim. */
final class Allowance {

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

    private final JdbcClient jdbc;
    private final Claimant claimant;
    private final Reserve reserve;
    private final Map<Scope, Integer> slots = new HashMap<>();
    private final Set<Scope> exhausted = new HashSet<>();
    private final Map<Scope, Integer> promised = new HashMap<>();
    private final Map<String, Integer> tokens = new TreeMap<>();
    private final Map<String, Integer> granted = new HashMap<>();

    /**
     * Who claims.
     *
     * @param queues as it knows them
     * @param running how many jobs of a scope it runs, those included that it has claimed in this transaction
     */
    record Claimant(int worker, Queues queues, ToIntFunction<Scope> running) {}

    Allowance(JdbcClient jdbc, Claimant claimant, Reserve reserve) {
        this.jdbc = jdbc;
        this.claimant = claimant;
        this.reserve = reserve;
    }

    Lanes.Quota allowed(Lanes.Quota quota) {
        var lane = quota.lane();
        var queue = claimant.queues().get(lane.queue());
        var scopes = claimant.queues().scopes(lane);
        int jobs = quota.jobs();
        if (queue.rated()) {
            jobs = Math.min(
                    jobs, tokens.computeIfAbsent(lane.queue(), this::tokens) - granted.getOrDefault(lane.queue(), 0));
        }
        for (var scope : scopes) {
            jobs = Math.min(jobs, room(scope, quota.jobs()));
        }
        for (var scope : scopes) {
            promised.merge(scope, jobs, Integer::sum);
        }
        granted.merge(lane.queue(), jobs, Integer::sum);
        return new Lanes.Quota(lane, quota.from(), jobs);
    }

    private int room(Scope scope, int wanted) {
        int used = claimant.running().applyAsInt(scope) + promised.getOrDefault(scope, 0);
        if (slots.getOrDefault(scope, 0) < used + wanted && !exhausted.contains(scope)) {
            int all = reserve.take(scope, claimant.worker(), used + wanted);
            slots.put(scope, all);
            if (all < used + wanted) {
                exhausted.add(scope);
            }
        }
        return Math.max(0, slots.getOrDefault(scope, 0) - used);
    }

    private int tokens(String queue) {
        return jdbc.sql(TOKENS)
                .param("queue", queue)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** The queues that with these rows have started as many jobs as their rates allow. */
    Set<String> spent(List<Claims.Row> rows) {
        var spent = new HashSet<String>();
        tokens.forEach((queue, left) -> {
            if (left <= count(rows, lane -> lane.queue().equals(queue))) {
                spent.add(queue);
            }
        });
        return spent;
    }

    /** The limits of which with these rows as many run as they say. */
    List<Scope> full(List<Claims.Row> rows) {
        var full = new ArrayList<>(exhausted);
        full.removeIf(scope ->
                slots.getOrDefault(scope, 0) > claimant.running().applyAsInt(scope) + count(rows, scope::includes));
        return full;
    }

    private static long count(List<Claims.Row> rows, Predicate<Lane> some) {
        return rows.stream().filter(row -> some.test(row.quota().lane())).count();
    }

    /** Takes the tokens of those that start. */
    void spend(List<Claims.Row> taken) {
        taken.stream()
                .map(row -> row.quota().lane().queue())
                .filter(queue -> claimant.queues().get(queue).rated())
                .collect(Collectors.groupingBy(queue -> queue, TreeMap::new, Collectors.counting()))
                .forEach((queue, jobs) -> jdbc.sql(SPEND)
                        .param("queue", queue)
                        .param("jobs", jobs)
                        .update());
    }
}
