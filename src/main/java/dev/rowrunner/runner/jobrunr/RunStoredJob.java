package dev.rowrunner.runner.jobrunr;

import org.jobrunr.jobs.lambdas.JobRequestHandler;

/**
 * What stored jobs name as the class that runs them. A {@link Runner} runs them instead; a JobRunr server of another
 * make, pointed at this database, is told so.
 */
public final class RunStoredJob implements JobRequestHandler<StoredJob> {

    @Override
    public void run(StoredJob job) {
        throw new UnsupportedOperationException(
                "Jobs of kind '" + job.kind() + "' are run by a Rowrunner worker; see make run-worker");
    }
}
