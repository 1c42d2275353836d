package dev.rowrunner.usage;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import org.springframework.stereotype.Component;

/** Searches all of Redis for usage, and aggregates today and every other day that has some. */
@Component
class AggregateUsage implements JobHandler<AggregateUsage.Args> {

    /** Not retried: the next run does the same. */
    static final JobKind<Args> KIND = JobKind.of("usage.aggregate", Args.class).neverRetry();

    record Args() {}

    private final Aggregation aggregation;

    AggregateUsage(Aggregation aggregation) {
        this.aggregation = aggregation;
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) {
        var result = aggregation.run(RunScope.ALL, job.id(), job::progress);
        job.log(result.describe());
    }
}
