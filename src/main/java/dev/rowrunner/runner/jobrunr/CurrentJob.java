package dev.rowrunner.runner.jobrunr;

import java.util.Objects;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.filters.JobServerFilter;

/** Knows the job that the calling thread is running. JobRunr's own context tells all of it but the version. */
final class CurrentJob implements JobServerFilter {

    private static final ThreadLocal<Job> CURRENT = new ThreadLocal<>();

    static Job get() {
        return Objects.requireNonNull(CURRENT.get(), "This thread is not running a job");
    }

    @Override
    public void onProcessing(Job job) {
        CURRENT.set(job);
    }

    @Override
    public void onProcessingSucceeded(Job job) {
        CURRENT.remove();
    }

    @Override
    public void onProcessingFailed(Job job, Exception e) {
        CURRENT.remove();
    }
}
