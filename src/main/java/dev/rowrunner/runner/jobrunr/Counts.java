package dev.rowrunner.runner.jobrunr;

/** How a statement that changes the states of many jobs counts them: once for all rows, and not again by the table's trigger. */
final class Counts {

    private Counts() {}

    /** @param rows the name of the part of the statement that returns the changed rows, each with its queue */
    static String moved(String rows, String from, String to) {
        return """
                counted AS (
                    INSERT INTO rowrunner.job_count
                    SELECT moved.queue, change.state, change.sign * moved.jobs
                    FROM (SELECT queue, count(*) AS jobs FROM %s GROUP BY queue) AS moved,
                         (VALUES ('%s', -1), ('%s', 1)) AS change(state, sign))
                """.formatted(rows, from, to);
    }
}
