package dev.rowrunner.runner.jobrunr;

import java.sql.Connection;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.RecurringJobsResult;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.common.DatabaseCreator;
import org.jobrunr.storage.sql.common.JobTable;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.resilience.RateLimiter;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What JobRunr's own code reads and writes: the dashboard and the recurring jobs. Its table of jobs is a view, whose
 * triggers keep the engine's rules; see {@code db/views/R__jobrunr.sql}.
 */
class JobStorage extends PostgresStorageProvider {

    /** With a schema: without one JobRunr would look for its tables in all schemas. */
    private static final String PREFIX = "jobrunr.";

    /** What one transaction deletes, so that none of them holds its locks for long. */
    private static final int PRUNED_AT_ONCE = 1000;

    private static final String COUNT = """
            SELECT coalesce(sum(count), 0) FROM rowrunner.job_count WHERE state = :state
            """;

    private static final String CHANGES = """
            SELECT coalesce(sum(extract(epoch FROM changed_at) * 1000000 + length(coalesce(error, ''))) % 1000000000000000000, 0)
            FROM rowrunner.schedule WHERE removed_at IS NULL
            """;

    private final JobMapper jobMapper;
    private final JdbcClient jdbc;

    JobStorage(DataSource dataSource, JsonMapper json) {
        this(dataSource, json, RateLimiter.Builder.rateLimit().at1RequestPerSecond());
    }

    /** @param notifications how often those who watch the dashboard are told of changes */
    JobStorage(DataSource dataSource, JsonMapper json, RateLimiter notifications) {
        super(new SignedConnections(dataSource), PREFIX, DatabaseOptions.SKIP_CREATE, notifications);
        this.jobMapper = new JobMapper(json);
        this.jdbc = JdbcClient.create(dataSource);
        setJobMapper(jobMapper);
    }

    /** From the counts: the rows themselves may be many millions. */
    @Override
    public long countJobs(StateName state) {
        return jdbc.sql(COUNT).param("state", state.name()).query(Long.class).single();
    }

    /** In chunks, for those states that may hold millions. */
    @Override
    public int deleteJobsPermanently(StateName state, Instant updatedBefore) {
        if (state != StateName.SUCCEEDED && state != StateName.DELETED) {
            return super.deleteJobsPermanently(state, updatedBefore);
        }
        int deleted = 0;
        int chunk;
        do {
            chunk = prune(state, updatedBefore);
            deleted += chunk;
        } while (chunk == PRUNED_AT_ONCE);
        notifyJobStatsOnChangeListenersIf(deleted > 0);
        return deleted;
    }

    private int prune(StateName state, Instant updatedBefore) {
        return jdbc.sql("SELECT rowrunner.prune(:state, :before, :limit)")
                .param("state", state.name())
                .param("before", updatedBefore.atOffset(ZoneOffset.UTC))
                .param("limit", PRUNED_AT_ONCE)
                .query(Integer.class)
                .single();
    }

    @Override
    public RecurringJobsResult getRecurringJobs() {
        long changes = changes();
        return new RecurringJobsResult(super.getRecurringJobs()) {
            @Override
            public long getLastModifiedHash() {
                return changes;
            }
        };
    }

    /** By the times of the changes, where JobRunr goes by those of making: the dashboard shows what is paused. */
    @Override
    public boolean recurringJobsUpdated(Long changesSeen) {
        return changesSeen != changes();
    }

    private long changes() {
        return jdbc.sql(CHANGES).query(Long.class).single();
    }

    @Override
    protected JobTable jobTable(Connection connection) {
        return new JobsView(connection, tablePrefix, jobMapper);
    }

    /** JobRunr finds its migrations by the class that it is given, and knows its own only. */
    @Override
    protected DatabaseCreator getDatabaseCreator() {
        return new DatabaseCreator(dataSource, tablePrefix, PostgresStorageProvider.class);
    }
}
