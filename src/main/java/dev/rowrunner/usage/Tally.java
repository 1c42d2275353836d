package dev.rowrunner.usage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run has done so far. Several threads add to it. */
class Tally {

    private static final Logger LOG = LoggerFactory.getLogger(Aggregation.class);

    /** A line for each counter helps with a few of them, and buries the log with a million. */
    private static final int MOST_LINES = 100;

    private final AtomicLong found = new AtomicLong();
    private final AtomicLong flushed = new AtomicLong();
    private final AtomicLong changed = new AtomicLong();
    private final AtomicLong bad = new AtomicLong();
    private final AtomicLong restored = new AtomicLong();
    private final AtomicLong atMostTwice = new AtomicLong();

    private final Aggregation.Progress progress;

    Tally(Aggregation.Progress progress) {
        this.progress = progress;
    }

    void found(long keys) {
        found.addAndGet(keys);
    }

    void bad(Map<String, String> reasons) {
        long before = bad.getAndAdd(reasons.size());
        reasons.entrySet().stream()
                .limit(Math.max(0, MOST_LINES - before))
                .forEach(one -> LOG.atWarn()
                        .addKeyValue("key", one.getKey())
                        .addKeyValue("reason", one.getValue())
                        .log("[UsageAggregationJob] Not a counter: {} - {}", one.getKey(), one.getValue()));
    }

    /** These were brought back by an older snapshot, and at most so much usage was counted twice. */
    void restored(List<Entry> entries) {
        restored.addAndGet(entries.size());
        atMostTwice.addAndGet(entries.stream().mapToLong(Entry::contribution).sum());
    }

    void flushed(List<Entry> entries, int rowsChanged) {
        long before = flushed.getAndAdd(entries.size());
        changed.addAndGet(rowsChanged);
        progress.at(flushed.get(), Math.max(found.get(), flushed.get()));
        entries.stream().limit(Math.max(0, MOST_LINES - before)).forEach(Tally::log);
    }

    private static void log(Entry entry) {
        var key = entry.key();
        LOG.atInfo()
                .addKeyValue("merchantId", key.merchant())
                .addKeyValue("date", key.date().toString())
                .addKeyValue("metric", key.metric())
                .addKeyValue("value", entry.mark().value())
                .log(
                        "[UsageAggregationJob] Aggregated: {} - {} = {}",
                        key.merchant(),
                        key.metric(),
                        entry.mark().value());
    }

    Result result() {
        return new Result(
                Math.max(found.get(), flushed.get()), changed.get(), bad.get(), restored.get(), atMostTwice.get());
    }

    /**
     * @param keysSeen counters that the run looked at
     * @param rowsChanged counters whose total in PostgreSQL has changed
     * @param errors keys that are no counters
     * @param restored counters that an older snapshot of Redis brought back
     * @param atMostTwice the most usage that those may have been counted twice with
     */
    record Result(long keysSeen, long rowsChanged, long errors, long restored, long atMostTwice) {

        String describe() {
            return keysSeen + " keys, " + rowsChanged + " changed, " + errors + " errors";
        }
    }
}
