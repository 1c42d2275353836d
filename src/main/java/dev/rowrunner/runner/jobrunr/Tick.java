package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time at which a schedule is due.
 *
 * @param note what a change of the clocks did to it, as a sentence; null: nothing
 */
record Tick(Instant due, @Nullable String note) {}
