package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The slots of limits that a worker has reserved. It reserves what a claim needs, keeps it for the jobs that come next, and
 * gives back what none of them has needed for a moment: a limit that does not bind costs no write a job. The table is the
 * truth; what is known here says only what to give back. Confined to one thread.
 */
final class Reserve {

    private static final Duration MOMENT = Duration.ofMillis(100);

    private static final String TAKE = "SELECT rowrunner.reserve_slots(:scope, :worker, :wanted)";

    private static final String SETTLE = "SELECT rowrunner.settle_slots(:scope, :worker, :needed)::text";

    private static final String HELD = """
            SELECT scope, slots, last > rowrunner.limit_of(scope) AS too_many
            FROM (SELECT scope, count(*) AS slots, max(n) AS last FROM rowrunner.limit_slot WHERE worker = :worker GROUP BY scope) AS mine
            """;

    /**
     * What is held of one scope.
     *
     * @param spare the least that was not needed at any time of the last moment
     * @param tooMany some are beyond a limit that was lowered
     */
    private record Held(int slots, int spare, boolean tooMany) {

        static Held of(int slots, boolean tooMany) {
            return new Held(slots, slots, tooMany);
        }

        Held with(int newSlots) {
            return new Held(newSlots, spare, tooMany);
        }

        Held needing(int jobs) {
            return new Held(slots, Math.min(spare, slots - jobs), tooMany);
        }
    }

    private final JdbcClient jdbc;
    private final Map<Scope, Held> held = new HashMap<>();
    private final Due settling = new Due(MOMENT);

    Reserve(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Reserves until there are as many as wanted, before the claim. Answers how many of the scope's jobs the worker may run. */
    int take(Scope scope, int worker, int wanted) {
        int slots = jdbc.sql(TAKE)
                .param("scope", scope.key())
                .param("worker", worker)
                .param("wanted", wanted)
                .query(Integer.class)
                .single();
        held.merge(scope, Held.of(slots, false), (known, now) -> known.with(slots));
        return slots;
    }

    /** Reads anew what is held: a limit may have changed, and a claim that seemed to fail may have been committed. */
    void read(int worker) {
        var before = Map.copyOf(held);
        held.clear();
        jdbc.sql(HELD).param("worker", worker).query(row -> {
            var scope = Scope.of(row.getString("scope"));
            var now = Held.of(row.getInt("slots"), row.getBoolean("too_many"));
            var known = before.get(scope);
            held.put(scope, known == null ? now : new Held(now.slots(), known.spare(), now.tooMany()));
        });
    }

    /** Whether so large a part of the scope's slots is free, one at least. */
    boolean hasRoom(Scope scope, ToIntFunction<Scope> running, double part) {
        var known = held.get(scope);
        return known != null && known.slots() - running.applyAsInt(scope) >= Math.max(1, part * known.slots());
    }

    /** Gives back what was not needed, given how many jobs of a scope run. */
    void settle(int worker, ToIntFunction<Scope> running) {
        held.replaceAll((scope, known) -> known.needing(running.applyAsInt(scope)));
        if (settling.isDue(false)) {
            held.replaceAll((scope, known) -> settle(scope, known, worker, running.applyAsInt(scope)));
            held.values().removeIf(known -> known.slots() == 0);
        }
    }

    private Held settle(Scope scope, Held known, int worker, int running) {
        int needed = Math.max(running, known.slots() - Math.max(known.spare(), 0));
        if (needed < known.slots() || known.tooMany()) {
            jdbc.sql(SETTLE)
                    .param("scope", scope.key())
                    .param("worker", worker)
                    .param("needed", needed)
                    .query(String.class)
                    .optional();
        }
        int slots = Math.min(needed, known.slots());
        return Held.of(slots, known.tooMany());
    }
}
