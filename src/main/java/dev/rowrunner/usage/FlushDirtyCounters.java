package dev.rowrunner.usage;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import org.springframework.stereotype.Component;

/** Flushes the counters that are known to have changed, so that totals are fresh between two searches. */
@Component
class FlushDirtyCounters implements JobHandler<FlushDirtyCounters.Args> {

    /** Not retried: the next run does the same. */
    static final JobKind<Args> KIND =
            JobKind.of("usage.flush-dirty", Args.class).neverRetry();

    record Args() {}

    private final Aggregation aggregation;
    private final RedisCounters redis;

    FlushDirtyCounters(Aggregation aggregation, RedisCounters redis) {
        this.aggregation = aggregation;
        this.redis = redis;
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) {
        if (redis.dirtyCount() > 0) {
            var result = aggregation.run(RunScope.DIRTY, job.id(), job::progress);
            job.log(result.describe());
        }
    }
}
