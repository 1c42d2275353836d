package dev.rowrunner.receipts;

import dev.rowrunner.runner.JobContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes the lines by which the system before told of its syncs, which its operators search their logs for. */
final class Bell {

    private static final Logger LOG = LoggerFactory.getLogger(Bell.class);
    private static final String SIGN = "\uD83D\uDD14 ";

    private Bell() {}

    static void start(SyncReceipts.Args args, JobContext job) {
        about(LOG.atInfo(), args, job).log(SIGN + "JOB_START: receipts sync");
    }

    static void done(SyncReceipts.Args args, JobContext job, long listed, long fresh) {
        about(LOG.atInfo(), args, job)
                .addKeyValue("listed", listed)
                .addKeyValue("new", fresh)
                .log(SIGN + "JOB_DONE: receipts sync");
    }

    static void fail(SyncReceipts.Args args, JobContext job, Exception e) {
        about(LOG.atError(), args, job).addKeyValue("error", e.toString()).log(SIGN + "JOB_FAIL: receipts sync");
    }

    static void waits(SyncReceipts.Args args, JobContext job, Exception e) {
        about(LOG.atInfo(), args, job).addKeyValue("reason", e.getMessage()).log(SIGN + "JOB_WAIT: receipts sync");
    }

    private static LoggingEventBuilder about(LoggingEventBuilder line, SyncReceipts.Args args, JobContext job) {
        return line.addKeyValue("job_id", job.id())
                .addKeyValue("business_id", args.businessId())
                .addKeyValue("mode", args.mode().word());
    }
}
