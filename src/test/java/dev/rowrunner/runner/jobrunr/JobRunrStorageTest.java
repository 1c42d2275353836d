package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.testing.Servers;
import org.flywaydb.core.Flyway;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.StorageProviderTest;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;
import org.jobrunr.utils.resilience.RateLimiter;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What JobRunr asks of every storage, asked of ours by JobRunr's own tests. */
@Tag("slow")
class JobRunrStorageTest extends StorageProviderTest {

    private static final String URL = migrated(Servers.newDatabase("jobrunr_storage"));

    private final DriverManagerDataSource database = new DriverManagerDataSource(URL);
    private final JdbcClient jdbc = JdbcClient.create(database);

    @Override
    protected void cleanup(int testMethodIndex) {
        jdbc.sql("DELETE FROM jobrunr.jobrunr_jobs").update();
        jdbc.sql("DELETE FROM rowrunner.schedule; TRUNCATE jobrunr.jobrunr_backgroundjobservers")
                .update();
        jdbc.sql("DELETE FROM jobrunr.jobrunr_metadata WHERE owner <> 'cluster'")
                .update();
        jdbc.sql("UPDATE jobrunr.jobrunr_metadata SET value = '0' WHERE name = 'succeeded-jobs-counter'")
                .update();
    }

    @Override
    protected StorageProvider getStorageProvider() {
        return new JobStorage(
                database,
                new JacksonJsonMapper(),
                RateLimiter.Builder.rateLimit().withoutLimits());
    }

    private static String migrated(String url) {
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:db/migration", "classpath:db/functions", "classpath:db/views")
                .defaultSchema("rowrunner")
                .createSchemas(true)
                .load()
                .migrate();
        return url;
    }
}
