package dev.rowrunner.runner.jobrunr;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.StorageException;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.navigation.AmountRequest;
import org.jobrunr.storage.sql.common.DatabaseCreator;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.springframework.jdbc.datasource.DataSourceUtils;

/** JobRunr's storage on the tables that Flyway made, with an insert that joins the caller's transaction. */
class JobStorage extends PostgresStorageProvider {

    /** With a schema: without one JobRunr would look for its tables in all schemas. */
    private static final String PREFIX = "jobrunr.";

    private final JsonMapper json;
    private final Bell bell;
    private final Clock clock;

    JobStorage(DataSource dataSource, JsonMapper json, Bell bell, Clock clock) {
        super(dataSource, PREFIX, DatabaseOptions.SKIP_CREATE);
        this.json = json;
        this.bell = bell;
        this.clock = clock;
        setJobMapper(new JobMapper(json));
    }

    /** The same storage for a server that ticks no schedules: it never learns that there are any. */
    JobStorage withoutSchedules() {
        return new JobStorage(dataSource, json, bell, clock) {
            @Override
            public boolean recurringJobsUpdated(Long knownHash) {
                return false;
            }
        };
    }

    /** Inserts new jobs on the connection of the Spring transaction that the caller is in, and commits nothing. */
    void insert(List<Job> jobs) {
        var connection = DataSourceUtils.getConnection(dataSource);
        try {
            jobTable(connection).save(jobs);
        } catch (SQLException e) {
            throw new StorageException(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /** JobRunr asks one poll ahead and would run jobs up to five seconds early. */
    @Override
    public List<Job> getScheduledJobs(Instant before, AmountRequest amount) {
        var now = clock.instant();
        return super.getScheduledJobs(before.isBefore(now) ? before : now, amount);
    }

    /** JobRunr finds its migrations by the class that it is given, and knows its own only. */
    @Override
    protected DatabaseCreator getDatabaseCreator() {
        return new DatabaseCreator(dataSource, tablePrefix, PostgresStorageProvider.class);
    }
}
