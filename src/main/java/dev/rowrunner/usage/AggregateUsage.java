package dev.rowrunner.usage;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Searches all of Redis for usage, and aggregates today and every other day that has some. */
@Component
class AggregateUsage implements JobHandler<AggregateUsage.Args> {

    static final JobKind<Args> KIND = JobKind.of("usage.aggregate", Args.class)
            .retryAfter(Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));

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
