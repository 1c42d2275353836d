package dev.rowrunner.runner.jobrunr;

import java.util.concurrent.Executor;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.configuration.BackgroundJobServerWorkerPolicy;
import org.jobrunr.server.configuration.DefaultBackgroundJobServerWorkerPolicy;
import org.jobrunr.server.strategy.WorkDistributionStrategy;
import org.jobrunr.server.threadpool.JobRunrExecutor;
import org.jobrunr.storage.Paging;
import org.jobrunr.storage.navigation.AmountRequest;

/**
 * So many jobs at once, on JobRunr's executor: virtual threads where there are any. JobRunr's own claiming gets no work:
 * it counts a slot only when the job's thread starts, and so claims more than it can run. The {@link Pump} claims instead.
 */
final class Slots implements BackgroundJobServerWorkerPolicy, Executor {

    private final int count;
    private final JobRunrExecutor executor;

    Slots(int count) {
        this.count = count;
        this.executor = new DefaultBackgroundJobServerWorkerPolicy(count).toJobRunrExecutor();
    }

    int count() {
        return count;
    }

    @Override
    public void execute(Runnable work) {
        executor.execute(work);
    }

    @Override
    public JobRunrExecutor toJobRunrExecutor() {
        return executor;
    }

    @Override
    public WorkDistributionStrategy toWorkDistributionStrategy(BackgroundJobServer server) {
        return new WorkDistributionStrategy() {
            @Override
            public int getWorkerCount() {
                return count;
            }

            @Override
            public AmountRequest getWorkPageRequest() {
                return Paging.AmountBasedList.ascOnUpdatedAt(0);
            }
        };
    }
}
