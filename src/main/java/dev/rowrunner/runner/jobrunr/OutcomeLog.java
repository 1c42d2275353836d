package dev.rowrunner.runner.jobrunr;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes one line for each outcome of an attempt, after it is stored. Of successes so many a second, and then one line
 * for the others: thousands a second tell nobody anything. Confined to one thread.
 */
final class OutcomeLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.rowrunner.jobs");
    private static final int MOST_SUCCESSES = 20;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, Integer> untold = new LinkedHashMap<>();
    private long secondBegan = System.nanoTime();
    private int told;

    void write(Outcome outcome, boolean refused) {
        if (refused) {
            about(outcome, LOG.atWarn())
                    .addKeyValue("lease", outcome.attempt().lease())
                    .log("Outcome refused: the lease was lost, another attempt counts");
            return;
        }
        switch (outcome.how()) {
            case SUCCESS -> writeSuccess(outcome);
            case RETRY ->
                about(outcome, LOG.atWarn())
                        .addKeyValue("error", error(outcome))
                        .addKeyValue("next", outcome.runAt())
                        .log("Job failed, will be tried again");
            case DEAD ->
                about(outcome, LOG.atError())
                        .addKeyValue("error", error(outcome))
                        .addKeyValue("reason", outcome.message())
                        .addKeyValue("exception", outcome.trace())
                        .log("Job failed for good");
            case SNOOZE ->
                about(outcome, LOG.atInfo())
                        .addKeyValue("until", outcome.runAt())
                        .log(outcome.message());
            case BACK, DISCARD, CANCEL, LOST -> about(outcome, LOG.atInfo()).log(outcome.message());
        }
    }

    private void writeSuccess(Outcome outcome) {
        sumUp(false);
        if (told < MOST_SUCCESSES || LOG.isDebugEnabled()) {
            told++;
            about(outcome, LOG.atInfo())
                    .addKeyValue("ms", outcome.attempt().age().toMillis())
                    .log("Job succeeded");
        } else {
            untold.merge(outcome.attempt().claim().lane().kind(), 1, Integer::sum);
        }
    }

    /** Writes what was left out in a second that is over, or so far. */
    void sumUp(boolean atOnce) {
        long now = System.nanoTime();
        if (!atOnce && now - secondBegan < SECOND) {
            return;
        }
        secondBegan = now;
        told = 0;
        untold.forEach((kind, jobs) ->
                LOG.atInfo().addKeyValue("kind", kind).addKeyValue("jobs", jobs).log("More jobs succeeded"));
        untold.clear();
    }

    private static LoggingEventBuilder about(Outcome outcome, LoggingEventBuilder line) {
        var claim = outcome.attempt().claim();
        return line.addKeyValue("job", claim.id())
                .addKeyValue("kind", claim.lane().kind())
                .addKeyValue("attempt", claim.number());
    }

    private static String error(Outcome outcome) {
        return outcome.type() + ": " + outcome.errorMessage();
    }
}
