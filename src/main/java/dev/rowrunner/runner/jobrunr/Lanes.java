package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The lanes in which something may wait, and whose turn it is: the queue whose oldest job counts as the oldest, there
 * the tenants in turn, for a tenant its oldest job. A job counts as ten minutes older for each step of its queue's
 * priority and a minute for each step of its own, so only those go before it that became ready that little after it. With
 * each of them may go one claim's worth of others: one job of each other tenant, or, since a lane's place is that of its
 * last claim, the next ones of the same lane. Tenants take turns at each worker for itself. Confined to one thread.
 */
final class Lanes {

    private static final Duration A_STEP_OF_QUEUE_PRIORITY = Duration.ofMinutes(10);

    /** So many jobs to claim from a lane, not before the place. */
    record Quota(Lane lane, Place from, int jobs) {}

    /** By queue, tenant and kind. None of the maps within is empty. */
    private final Map<String, NavigableMap<String, Map<String, Place>>> waiting = new HashMap<>();

    private final Map<Lane, Place> full = new HashMap<>();
    private final Map<String, String> lastTenant = new HashMap<>();

    /** Something waits in the lane at this place or behind it. */
    void woke(Lane lane, Place place) {
        waiting.computeIfAbsent(lane.queue(), queue -> new TreeMap<>())
                .computeIfAbsent(lane.tenant(), tenant -> new HashMap<>(2))
                .merge(lane.kind(), place, Lanes::earlier);
    }

    /** The lane has no more than what was claimed. */
    void emptied(Lane lane) {
        waiting.computeIfPresent(lane.queue(), (queue, tenants) -> {
            tenants.computeIfPresent(lane.tenant(), (tenant, kinds) -> {
                kinds.remove(lane.kind());
                return kinds.isEmpty() ? null : kinds;
            });
            return tenants.isEmpty() ? null : tenants;
        });
    }

    /** Nothing of these queues can be claimed now, whatever they have. */
    void closed(Predicate<String> queues) {
        waiting.keySet().removeIf(queues);
        full.keySet().removeIf(lane -> queues.test(lane.queue()));
    }

    /** As many of these run as their limits say: they wait until one of this worker's ends, or until the next look. */
    void full(Collection<Scope> scopes) {
        if (scopes.isEmpty()) {
            return;
        }
        var stopped = new HashMap<Lane, Place>();
        waiting.forEach((queue, tenants) -> tenants.forEach((tenant, kinds) -> kinds.forEach((kind, place) -> {
            var lane = new Lane(queue, kind, tenant);
            if (scopes.stream().anyMatch(scope -> scope.includes(lane))) {
                stopped.put(lane, place);
            }
        })));
        stopped.forEach((lane, place) -> {
            full.merge(lane, place, Lanes::earlier);
            emptied(lane);
        });
    }

    private static Place earlier(Place a, Place b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** Some of their jobs have ended. */
    void reopened(Predicate<Lane> some) {
        for (var lane : List.copyOf(full.keySet())) {
            if (some.test(lane)) {
                woke(lane, Objects.requireNonNull(full.remove(lane)));
            }
        }
    }

    /** Whether something waits behind a limit. */
    boolean anyFull() {
        return !full.isEmpty();
    }

    /** Everything before this place has been claimed, or can't be now. */
    void reached(Lane lane, Place place) {
        var kinds = kinds(lane.queue(), lane.tenant());
        if (kinds.containsKey(lane.kind())) {
            kinds.put(lane.kind(), place);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** What to claim next with so many free slots, one job of a tenant at a time. */
    List<Quota> next(int free, Queues queues) {
        return next(free, 1, queues);
    }

    /**
     * What to claim next: of the foremost queue that is open, as much as there is.
     *
     * @param free so many jobs
     * @param turn so many of a tenant, and more where there are not enough tenants
     */
    List<Quota> next(int free, int turn, Queues queues) {
        return waiting.keySet().stream()
                .filter(queues::isOpen)
                .min(Comparator.comparing(queue -> standing(queues.get(queue))))
                .map(queue -> inTurn(queue, free, turn))
                .orElse(List.of());
    }

    private Instant standing(Queue queue) {
        var oldest = tenants(queue.name()).values().stream()
                .flatMap(kinds -> kinds.values().stream())
                .map(Place::key)
                .min(Comparator.naturalOrder());
        return oldest.orElseThrow().minus(A_STEP_OF_QUEUE_PRIORITY.multipliedBy(queue.priority()));
    }

    /** Whoever had the last turn comes last. */
    private List<Quota> inTurn(String queue, int free, int turn) {
        var tenants = tenants(queue);
        int served = Math.min((free + turn - 1) / turn, tenants.size());
        var last = lastTenant.getOrDefault(queue, "");
        var turns = Stream.concat(
                        tenants.tailMap(last, false).keySet().stream(), tenants.headMap(last, true).keySet().stream())
                .limit(served)
                .toList();
        lastTenant.put(queue, turns.get(served - 1));
        var quotas = new ArrayList<Quota>(served);
        for (int i = 0; i < served; i++) {
            int jobs = free / served + (i < free % served ? 1 : 0);
            quotas.add(oldest(queue, turns.get(i), jobs));
        }
        return quotas;
    }

    private Quota oldest(String queue, String tenant, int jobs) {
        var oldest = kinds(queue, tenant).entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow();
        return new Quota(new Lane(queue, oldest.getKey(), tenant), oldest.getValue(), jobs);
    }

    private NavigableMap<String, Map<String, Place>> tenants(String queue) {
        return waiting.getOrDefault(queue, Collections.emptyNavigableMap());
    }

    private Map<String, Place> kinds(String queue, String tenant) {
        return tenants(queue).getOrDefault(tenant, Map.of());
    }
}
