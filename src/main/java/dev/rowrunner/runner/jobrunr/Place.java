package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import java.util.UUID;

/**
 * A place in a lane. Claims start from the place of the last one, not from the lane's beginning: while an old snapshot
 * is open, all that was claimed before still lies there in the index.
 *
 * @param key when the job became ready, a minute earlier for each step of its priority
 */
record Place(Instant key, UUID id) implements Comparable<Place> {

    private static final UUID FIRST = new UUID(0, 0);

    /** Before every job with this key. */
    static Place at(Instant key) {
        return new Place(key, FIRST);
    }

    /** Behind this one and before every other. */
    Place next() {
        long low = id.getLeastSignificantBits() + 1;
        return new Place(key, new UUID(id.getMostSignificantBits() + (low == 0 ? 1 : 0), low));
    }

    /** As PostgreSQL orders them, which is unsigned. */
    static int compare(UUID a, UUID b) {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high == 0 ? Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits()) : high;
    }

    @Override
    public int compareTo(Place other) {
        int byKey = key.compareTo(other.key);
        return byKey == 0 ? compare(id, other.id) : byKey;
    }
}
