package dev.rowrunner.runner;

import java.util.UUID;

/** What a handler may know of, and say about, the attempt that it is running. */
public interface JobContext {

    UUID id();

    /** 1 for the first attempt. */
    int attempt();

    /**
     * A fencing token that grows with every claim of this job. Data written with it can refuse a writer whose claim
     * was lost: {@code where lease <= :lease}.
     */
    long lease();

    /** Shows progress to operators; {@code done} of {@code total} in whatever unit the handler counts. */
    void progress(long done, long total);

    /** Adds a line to the job's own log, which operators read beside the job. */
    void log(String line);
}
