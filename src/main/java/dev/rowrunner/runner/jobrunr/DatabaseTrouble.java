package dev.rowrunner.runner.jobrunr;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/** One spell of a database that does not answer as it should: told from time to time, and waited out. */
final class DatabaseTrouble {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseTrouble.class);
    private static final int LONGEST_PAUSE_MS = 500;

    private int failures;

    /** Whether the same work may succeed when the database is well again: what is written is not what is wrong. */
    static boolean passes(RuntimeException e) {
        var root = NestedExceptionUtils.getMostSpecificCause(e);
        return root instanceof IOException
                || root instanceof SQLRecoverableException
                || root instanceof SQLException sql && passes(sql.getSQLState());
    }

    /** Connections, resources, an operator's shutdown, deadlocks. No state: no connection. */
    private static boolean passes(@Nullable String state) {
        return state == null || state.matches("(08|53|57|40|55|58|25).*");
    }

    void report(RuntimeException e, int running, int unsaved) {
        failures++;
        if (failures == 1 || failures % 20 == 0) {
            LOG.atWarn()
                    .addKeyValue("running", running)
                    .addKeyValue("unsaved", unsaved)
                    .log("The database does not answer as it should, will try again: {}", firstLine(e));
        }
    }

    static String firstLine(RuntimeException e) {
        var message = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(50L * failures, LONGEST_PAUSE_MS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void isOver() {
        failures = 0;
    }
}
