package dev.rowrunner.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is told of one job.
 *
 * @param args as JSON
 * @param progress of the newest attempt
 * @param attempts oldest first; of a job with more than about a hundred steps the first ones and the newest
 */
record JobStory(
        @JsonUnwrapped JobLine job,
        @JsonRawValue String args,
        @Nullable Progress progress,
        List<Attempt> attempts) {

    /** @param percent 0 to 100 */
    record Progress(long done, long total, int percent) {}

    /**
     * @param number counts all attempts, those too that cost none
     * @param outcome running, succeeded, failed, worker_lost, snoozed, given_back or discarded
     * @param trace of the error's stack
     * @param log the lines as JSON: {@code [{"at": ..., "text": ...}]}, of a running attempt a second old at most
     */
    record Attempt(
            long number,
            @Nullable String worker,
            Instant startedAt,
            @Nullable Instant endedAt,
            String outcome,
            @Nullable String error,
            @Nullable String message,
            @Nullable String trace,
            @Nullable Progress progress,
            @JsonRawValue String log) {}

    static JobStory of(JobLine job, String args, List<Attempt> attempts) {
        var newest = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
        return new JobStory(job, args, newest == null ? null : newest.progress(), attempts);
    }
}
