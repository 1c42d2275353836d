package dev.rowrunner.runner.jobrunr;

import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.filters.ApplyStateFilter;
import org.jobrunr.jobs.states.FailedState;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.ScheduledState;
import org.jobrunr.jobs.states.SucceededState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes one line for each outcome of an attempt. */
final class LogOutcomes implements ApplyStateFilter {

    private static final Logger LOG = LoggerFactory.getLogger("dev.rowrunner.jobs");

    @Override
    public void onStateApplied(Job job, @Nullable JobState oldState, JobState newState) {
        if (newState instanceof SucceededState succeeded) {
            about(job, LOG.atInfo())
                    .addKeyValue("ms", succeeded.getProcessDuration().toMillis())
                    .log("Job succeeded");
        } else if (newState instanceof ScheduledState retry && oldState instanceof FailedState failed) {
            about(job, LOG.atWarn())
                    .addKeyValue("error", error(failed))
                    .addKeyValue("next", retry.getScheduledAt())
                    .log("Job failed, will be tried again");
        } else if (newState instanceof FailedState failed && job.getJobState() == failed) {
            about(job, LOG.atError()).addKeyValue("error", error(failed)).log("Job failed for good");
        }
    }

    private static LoggingEventBuilder about(Job job, LoggingEventBuilder line) {
        return line.addKeyValue("job", job.getId()).addKeyValue("kind", job.getJobName());
    }

    private static String error(FailedState failed) {
        return failed.getExceptionType() + ": " + failed.getExceptionMessage();
    }
}
