package dev.rowrunner.runner.jobrunr;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes one line for each outcome of an attempt, after it is stored. */
final class OutcomeLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.rowrunner.jobs");

    void write(Outcome outcome, boolean refused) {
        if (refused) {
            about(outcome, LOG.atWarn())
                    .addKeyValue("lease", outcome.attempt().lease())
                    .log("Outcome refused: the lease was lost, another attempt counts");
            return;
        }
        switch (outcome.how()) {
            case SUCCESS ->
                about(outcome, LOG.atInfo())
                        .addKeyValue("ms", outcome.attempt().age().toMillis())
                        .log("Job succeeded");
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
