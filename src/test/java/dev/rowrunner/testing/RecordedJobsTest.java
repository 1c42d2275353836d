package dev.rowrunner.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Unique;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

class RecordedJobsTest {

    private static final JobKind<Sync.Args> SYNC = JobKind.of("test.sync", Sync.Args.class);
    private static final JobKind<Sync.Args> ONCE = SYNC.unique(Unique.whileUnfinished("account"));

    private final RecordedJobs jobs = new RecordedJobs();

    /** As a family has them. */
    private record Sync(Jobs jobs) implements JobHandler<Sync.Args> {

        record Args(String account, int page) {}

        @Override
        public JobKind<Args> kind() {
            return SYNC;
        }

        @Override
        public void run(Args args, JobContext job) {
            jobs.enqueue(SYNC, new Args(args.account(), args.page() + 1), JobOptions.NONE.delay(Duration.ofMinutes(1)));
        }
    }

    @Test
    void tellsTheArgsOfAKindInTheirOrder() {
        jobs.enqueueAll(SYNC, List.of(new Sync.Args("b", 1), new Sync.Args("a", 1)));
        jobs.enqueue(JobKind.of("test.other", Map.class), Map.of());
        jobs.enqueue(SYNC, new Sync.Args("c", 1));

        assertThat(jobs.enqueued(SYNC)).extracting(Sync.Args::account).containsExactly("b", "a", "c");
        assertThat(jobs.all()).hasSize(4);
    }

    @Test
    void tellsWhatAHandlerEnqueuesAndForWhen() {
        var job = new RecordedJobs();

        new Sync(job).run(new Sync.Args("a", 1), NOBODY);

        assertThat(job.told(SYNC)).singleElement().satisfies(next -> {
            assertThat(next.args()).isEqualTo(new Sync.Args("a", 2));
            assertThat(next.options().delay()).isEqualTo(Duration.ofMinutes(1));
        });
    }

    @Test
    void tellsAJobThatIsTheSameOnlyOnce() {
        var first = jobs.enqueue(ONCE, new Sync.Args("a", 1));
        var same = jobs.enqueue(ONCE, new Sync.Args("a", 2));
        var keyed = jobs.enqueue(SYNC, new Sync.Args("x", 1), JobOptions.NONE.uniqueKey("k"));

        assertThat(same).isEqualTo(first);
        assertThat(jobs.enqueue(SYNC, new Sync.Args("y", 1), JobOptions.NONE.uniqueKey("k")))
                .isEqualTo(keyed);
        assertThat(jobs.enqueued(SYNC)).containsExactly(new Sync.Args("a", 1), new Sync.Args("x", 1));
    }

    @Test
    void tellsNothingOfATransactionThatRolledBack() {
        var transaction = new TransactionTemplate(new NoDatabase());

        transaction.executeWithoutResult(status -> {
            jobs.enqueue(SYNC, new Sync.Args("lost", 1));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> {
            jobs.enqueue(SYNC, new Sync.Args("kept", 1));
            assertThat(jobs.all()).isEmpty();
        });

        assertThat(jobs.enqueued(SYNC)).extracting(Sync.Args::account).containsExactly("kept");
    }

    @Test
    void forgets() {
        jobs.enqueue(SYNC, new Sync.Args("a", 1));

        jobs.forget();

        assertThat(jobs.all()).isEmpty();
    }

    private static final JobContext NOBODY = new JobContext() {
        @Override
        public UUID id() {
            return new UUID(0, 0);
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public long lease() {
            return 1;
        }

        @Override
        public void progress(long done, long total) {}

        @Override
        public void log(String line) {}
    };

    /** Transactions of nothing. */
    private static class NoDatabase extends AbstractPlatformTransactionManager {
        private static final long serialVersionUID = 1;

        @Override
        protected Object doGetTransaction() {
            return this;
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {}

        @Override
        protected void doCommit(DefaultTransactionStatus status) {}

        @Override
        protected void doRollback(DefaultTransactionStatus status) {}
    }
}
