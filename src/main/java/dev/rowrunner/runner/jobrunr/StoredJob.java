package dev.rowrunner.runner.jobrunr;

import org.jobrunr.jobs.lambdas.JobRequest;

/**
 * The one type that JobRunr stores for every job. Its name and {@link RunStoredJob}'s are in the rows of waiting jobs:
 * never rename them.
 *
 * @param args JSON text; as an object, JobRunr's default typing would obey an {@code @class} inside the args
 */
record StoredJob(String kind, String args) implements JobRequest {

    @Override
    public Class<RunStoredJob> getJobRequestHandler() {
        return RunStoredJob.class;
    }
}
