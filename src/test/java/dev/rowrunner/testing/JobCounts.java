package dev.rowrunner.testing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whether the numbers of jobs by queue and state are those of the rows. */
public final class JobCounts {

    private static final String WRONG = """
            SELECT concat_ws(' ', queue, state, 'is off by', sum(n))
            FROM (SELECT queue, state, count AS n FROM rowrunner.job_count
                  UNION ALL SELECT queue, state, -count(*) FROM rowrunner.job GROUP BY queue, state) AS compared
            GROUP BY queue, state HAVING sum(n) <> 0
            """;

    private JobCounts() {}

    /** Those that are wrong, each with how much. */
    public static List<String> wrong(JdbcClient jdbc) {
        return jdbc.sql(WRONG).query(String.class).list();
    }
}
