package dev.rowrunner.receipts;

import dev.rowrunner.receipts.Cursors.Cursor;
import dev.rowrunner.receipts.sources.Source;
import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.RetryPolicy;
import dev.rowrunner.runner.Snooze;
import dev.rowrunner.runner.Unique;
import java.io.IOException;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lists what is new in a business' mailbox. Each page is stored with the jobs that read its mails and with the cursor
 * behind it, in one transaction: whatever dies, the next attempt goes on there, and no mail is given to two jobs.
 */
@Component
class SyncReceipts implements JobHandler<SyncReceipts.Args> {

    static final JobKind<Args> KIND = JobKind.of("receipts.sync", Args.class)
            .retry(RetryPolicy.exponential(Duration.ofSeconds(10), 6, Duration.ofMinutes(10)))
            .timeout(Duration.ofHours(2))
            .tenant("businessId")
            .unique(Unique.whileWaiting("businessId", "mode"))
            .concurrencyPer("businessId", 1);

    record Args(String businessId, SyncMode mode) {}

    private final Connections connections;
    private final OpenSources sources;
    private final Cursors cursors;
    private final Messages messages;
    private final Jobs jobs;
    private final TransactionTemplate transaction;

    SyncReceipts(
            Connections connections,
            OpenSources sources,
            Cursors cursors,
            Messages messages,
            Jobs jobs,
            PlatformTransactionManager transactions) {
        this.connections = connections;
        this.sources = sources;
        this.cursors = cursors;
        this.messages = messages;
        this.jobs = jobs;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) throws Exception {
        Bell.start(args, job);
        try {
            var connection = connections
                    .ofBusiness(args.businessId())
                    .orElseThrow(() -> new Discard("Business '" + args.businessId() + "' is connected to no mailbox"));
            var done = sync(connection, args.mode(), job);
            job.log(done.listed() + " mails listed, " + done.fresh() + " of them new");
            Bell.done(args, job, done.listed(), done.fresh());
        } catch (Snooze | InterruptedException e) {
            Bell.waits(args, job, e);
            throw e;
        } catch (Exception e) {
            Bell.fail(args, job, e);
            throw e;
        }
    }

    /** @param fresh those that are to be read */
    private record Done(long listed, long fresh) {
        Done and(Done other) {
            return new Done(listed + other.listed, fresh + other.fresh);
        }
    }

    /** What another job has begun and not ended is ended first: it may have seen what is not new to the next listing. */
    private Done sync(Connection connection, SyncMode mode, JobContext job) throws IOException, InterruptedException {
        var cursor = cursors.read(connection.id());
        boolean own = job.id().equals(cursor.job());
        if (cursor.scan() == null || own) {
            return list(connection, mode, own ? cursor : cursor.anew(), job);
        }
        if (mode == SyncMode.FULL) {
            return list(connection, mode, cursor.anew(), job);
        }
        job.log("Going on with the listing of job " + cursor.job());
        return list(connection, mode, cursor, job)
                .and(list(connection, mode, cursors.read(connection.id()).anew(), job));
    }

    private Done list(Connection connection, SyncMode mode, Cursor from, JobContext job)
            throws IOException, InterruptedException {
        var cursor = from.scan() == null ? from.anew() : from;
        long fresh = 0;
        do {
            var at = cursor;
            var page = sources.use(connection, source -> source.page(mode == SyncMode.FULL, at.position(), at.scan()));
            var next = at.after(page, job.id());
            fresh += store(connection, page, at, next, job);
            job.progress(next.listed(), next.total());
            cursor = next;
            requireNotStopped();
        } while (cursor.scan() != null);
        return new Done(cursor.listed(), fresh);
    }

    private int store(Connection connection, Source.Page page, Cursor from, Cursor to, JobContext job) {
        return transaction.execute(status -> {
            cursors.move(from, to);
            var fresh = messages.list(connection, page.messages(), job.id());
            jobs.enqueueAll(
                    ExtractReceipt.KIND,
                    fresh.stream()
                            .map(nr -> new ExtractReceipt.Args(connection.business(), nr))
                            .toList());
            return fresh.size();
        });
    }

    private static void requireNotStopped() throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("Stopped between two pages");
        }
    }
}
