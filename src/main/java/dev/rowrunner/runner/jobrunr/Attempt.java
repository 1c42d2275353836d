package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobContext;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.context.JobDashboardLogger;
import org.jobrunr.jobs.context.JobDashboardProgressBar;

/** One attempt at a job. JobRunr stores progress and log with its next heartbeat, or at the end of the attempt. */
final class Attempt implements JobContext {

    private final Job job;
    private final long lease;

    Attempt(Job job) {
        this.job = job;
        // Taken once: every heartbeat raises the version too, and the next claim exceeds them all.
        this.lease = job.getVersion();
    }

    @Override
    public UUID id() {
        return job.getId();
    }

    @Override
    public int attempt() {
        return RetryByKind.failedAttempts(job) + 1;
    }

    @Override
    public long lease() {
        return lease;
    }

    @Override
    public void progress(long done, long total) {
        new JobDashboardProgressBar(job, total).setProgress(total, done, 0);
    }

    @Override
    public void log(String line) {
        new JobDashboardLogger(job).info(line);
    }
}
