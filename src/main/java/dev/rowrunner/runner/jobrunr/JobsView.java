package dev.rowrunner.runner.jobrunr;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.navigation.AmountRequest;
import org.jobrunr.storage.navigation.OffsetBasedPageRequest;
import org.jobrunr.storage.navigation.OrderTerm;
import org.jobrunr.storage.sql.common.JobTable;
import org.jobrunr.storage.sql.common.mapper.SqlAmountRequestMapper;
import org.jobrunr.storage.sql.postgres.PostgresDialect;
import org.jspecify.annotations.Nullable;

/**
 * JobRunr's table of jobs, which is a view here. It writes by JobRunr's own statements; the reads below are those that
 * would not use an index at ten million rows as JobRunr has them. States are literals: a parameter keeps PostgreSQL
 * from using a partial index.
 */
final class JobsView extends JobTable {

    /** Finds the page before it composes the JSON, since rows that an offset skips would cost as much as those shown. */
    private static final String PAGE = """
            (SELECT jobAsJson FROM jobrunr_jobs AS shown WHERE shown.id = page.id) AS jobAsJson
            FROM (SELECT id FROM jobrunr_jobs WHERE %s%s) AS page
            """;

    private static final String LATEST = """
            max(latest) AS latest FROM unnest(ARRAY [%s]) AS wanted(state)
            CROSS JOIN LATERAL (SELECT scheduledAt AS latest FROM jobrunr_jobs AS job
                                WHERE job.recurringJobId = :recurringJobId AND job.state = wanted.state AND job.run_at IS NOT NULL
                                ORDER BY job.run_at DESC LIMIT 1) AS newest
            """;

    /** Jobs of kinds have one signature between them, and others are few. */
    private static final String SIGNATURES = """
            jobSignature FROM (
                SELECT 'dev.rowrunner.runner.jobrunr.RunStoredJob.run(dev.rowrunner.runner.jobrunr.StoredJob)' AS jobSignature
                WHERE EXISTS (SELECT FROM rowrunner.job AS job WHERE job.state IN (%1$s) AND NOT EXISTS (
                    SELECT FROM rowrunner.job_body AS body WHERE body.id = job.id AND body.foreign_job IS NOT NULL))
                UNION
                SELECT body.foreign_job ->> 'jobSignature'
                FROM rowrunner.job_body AS body JOIN rowrunner.job AS job USING (id)
                WHERE body.foreign_job IS NOT NULL AND job.state IN (%1$s)) AS found
            """;

    private final JobMapper jobMapper;
    private final SqlAmountRequestMapper amounts;

    JobsView(Connection connection, String tablePrefix, JobMapper jobMapper) {
        super(connection, new ComparingUuids(), tablePrefix, jobMapper);
        this.jobMapper = jobMapper;
        this.amounts = new SqlAmountRequestMapper(dialect, Job.ALLOWED_SORT_COLUMNS.keySet());
    }

    @Override
    public List<Job> selectJobsByState(StateName state, AmountRequest amount) {
        return page(state, "", amount);
    }

    @Override
    public List<Job> selectJobsByState(StateName state, Instant updatedBefore, AmountRequest amount) {
        withUpdatedBefore(updatedBefore);
        return page(state, " AND updated_at <= :updatedBefore", amount);
    }

    @Override
    public List<Job> selectJobsWithStateBefore(StateName state, Instant scheduledBefore, AmountRequest amount) {
        withScheduledAt(scheduledBefore);
        return page(state, " AND run_at <= :scheduledAt", amount);
    }

    private List<Job> page(StateName state, String condition, AmountRequest amount) {
        with("offset", amount instanceof OffsetBasedPageRequest page ? page.getOffset() : 0L);
        var rest = condition + amounts.mapToSqlQuery(amount, this, JobsView::orderTerm) + " OFFSET :offset";
        return select(PAGE.formatted(indexed(state), rest))
                .map(row -> jobMapper.deserializeJob(row.asString("jobAsJson")))
                .toList();
    }

    /** Scheduled jobs have an index of their own. That of all lists has the state as people write it. */
    private static String indexed(StateName state) {
        return state == StateName.SCHEDULED
                ? "state = 'SCHEDULED'"
                : "state_name = '" + state.name().toLowerCase(Locale.ROOT) + "'";
    }

    /** By the columns that have an index. */
    private static String orderTerm(OrderTerm term) {
        var column = switch (term.getFieldName()) {
            case "updatedAt" -> "updated_at";
            case "scheduledAt" -> "run_at";
            default -> term.getFieldName();
        };
        return column + " " + term.getOrder();
    }

    @Override
    public Set<String> getDistinctJobSignatures(StateName[] states) {
        return select(SIGNATURES.formatted(literals(states)))
                .map(row -> row.asString("jobSignature"))
                .collect(Collectors.toSet());
    }

    /** The states that JobRunr names; none means all. */
    @Override
    public @Nullable Instant getRecurringJobLatestScheduledInstant(String recurringJobId, StateName... states) {
        with("recurringJobId", recurringJobId);
        return select(LATEST.formatted(literals(states.length == 0 ? StateName.values() : states)))
                .map(row -> row.asInstant("latest"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String literals(StateName... states) {
        return Arrays.stream(states).map(state -> "'" + state + "'").collect(Collectors.joining(", "));
    }

    /** JobRunr's column of ids is text. */
    private static final class ComparingUuids extends PostgresDialect {
        @Override
        public void setUUID(PreparedStatement statement, int index, String name, UUID value) throws SQLException {
            statement.setObject(index, value);
        }
    }
}
