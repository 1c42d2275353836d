package dev.rowrunner.runner.jobrunr;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Wakes the workers of this process when a job has become ready, so that they need not find it by polling. */
@Component
class Bell {

    private final List<Runnable> sleepers = new CopyOnWriteArrayList<>();

    void ring() {
        sleepers.forEach(Runnable::run);
    }

    /** The sleeper is called on the ringing thread and must return at once. */
    void wakes(Runnable sleeper) {
        sleepers.add(sleeper);
    }

    void forget(Runnable sleeper) {
        sleepers.remove(sleeper);
    }
}
