package dev.rowrunner.runner;

/**
 * Does the work of one kind of job. A bean; it is called from many threads at once. A job runs at least once, so a
 * handler must be idempotent: running it again with the same args must leave the same data.
 */
public interface JobHandler<A> {

    JobKind<A> kind();

    /**
     * Runs one attempt. Whatever it throws ends the attempt as failed, and the kind says whether and when there is
     * another; only {@link Discard} and {@link Snooze} are no failures. It is interrupted when it has timed out, when its
     * job was cancelled, and when the worker stops: a handler that passes the interruption on loses no attempt to the
     * last of these.
     */
    void run(A args, JobContext job) throws Exception;
}
