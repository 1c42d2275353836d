package dev.rowrunner.runner;

/**
 * Does the work of one kind of job. A bean; it is called from many threads at once. A job runs at least once, so a
 * handler must be idempotent: running it again with the same args must leave the same data.
 */
public interface JobHandler<A> {

    JobKind<A> kind();

    /** Runs one attempt. Whatever it throws ends the attempt as failed; retrying is the runner's business. */
    void run(A args, JobContext job) throws Exception;
}
