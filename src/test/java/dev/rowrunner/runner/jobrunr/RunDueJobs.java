package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import java.time.Clock;
import java.util.List;
import org.jobrunr.server.BackgroundJobPerformer;
import org.jobrunr.server.JobSteward;
import org.jobrunr.storage.Paging.AmountBasedList;
import org.jobrunr.utils.mapper.JsonMapper;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs waiting jobs on the test's own thread, with the claims, retries and outcomes of a real worker. What is due is
 * decided by the injected clock.
 */
public final class RunDueJobs {

    private final JobStorage storage;
    private final JsonArgs jsonArgs;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final WorkerServer server;

    private RunDueJobs(
            JobStorage storage,
            JsonMapper json,
            RunStoredJob runner,
            Handlers handlers,
            JsonArgs jsonArgs,
            JdbcClient jdbc,
            Clock clock) {
        this.storage = storage;
        this.jsonArgs = jsonArgs;
        this.jdbc = jdbc;
        this.clock = clock;
        this.server = new NeverStarted(storage, json, runner, handlers, clock);
    }

    /** Runs each job that is due now once, and whatever those enqueue. Answers how many attempts ran. */
    public int run() {
        int ran = 0;
        for (int found = runBatch(); found > 0; found = runBatch()) {
            ran += found;
        }
        return ran;
    }

    private int runBatch() {
        var due = storage.getScheduledJobs(clock.instant(), AmountBasedList.ascOnUpdatedAt(1000));
        due.forEach(job -> job.enqueue());
        storage.save(due);
        var claimed = storage.getJobsToProcess(server, AmountBasedList.ascOnUpdatedAt(1000));
        claimed.forEach(job -> new BackgroundJobPerformer(server, job).run());
        return claimed.size();
    }

    /** The args of the kind's jobs that wait, due or not, in the order of their making. */
    public <A> List<A> waiting(JobKind<A> kind) {
        return jdbc
                .sql("SELECT args FROM jobs WHERE kind = :kind AND state IN ('enqueued', 'scheduled')"
                        + " ORDER BY created_at, id")
                .param("kind", kind.name())
                .query(String.class)
                .list()
                .stream()
                .map(args -> jsonArgs.read(kind, args))
                .toList();
    }

    /** Forgets all jobs, those of other tests too. */
    public void clear() {
        jdbc.sql("DELETE FROM jobrunr.jobrunr_jobs").update();
    }

    /** JobRunr's machinery for one attempt, without its threads. */
    private static final class NeverStarted extends WorkerServer {

        NeverStarted(JobStorage storage, JsonMapper json, RunStoredJob runner, Handlers handlers, Clock clock) {
            super(storage, json, runner, handlers, clock, 1);
        }

        @Override
        protected JobSteward createJobSteward() {
            return new JobSteward(this) {
                @Override
                public void notifyThreadIdle() {}
            };
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    public static class Configuration {
        @Bean
        RunDueJobs runDueJobs(
                JobStorage storage,
                JsonMapper json,
                RunStoredJob runner,
                Handlers handlers,
                JsonArgs jsonArgs,
                JdbcClient jdbc,
                Clock clock) {
            return new RunDueJobs(storage, json, runner, handlers, jsonArgs, jdbc, clock);
        }
    }
}
