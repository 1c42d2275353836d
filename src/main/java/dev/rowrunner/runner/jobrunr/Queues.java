package dev.rowrunner.runner.jobrunr;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The queues that a worker listens to, and the limits of kinds, as it last read them.
 *
 * @param limitedKinds only so many jobs of these run at once
 * @param uniqueWhileWaiting kinds whose jobs give their unique key up when they begin
 */
record Queues(Map<String, Queue> byName, Set<String> limitedKinds, Set<String> uniqueWhileWaiting) {

    static final Queues NONE = new Queues(Map.of(), Set.of(), Set.of());

    Queue get(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    boolean isOpen(String name) {
        return has(name) && !get(name).paused();
    }

    /** Whether a slot is needed to run a job of this lane. */
    boolean isLimited(Lane lane) {
        return get(lane.queue()).limited() || limitedKinds.contains(lane.kind());
    }

    Collection<Queue> all() {
        return byName.values();
    }
}
