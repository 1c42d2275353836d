package dev.rowrunner.usage;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Aggregates the usage of one UTC day, of one merchant or of all. */
@Component
class AggregateDay implements JobHandler<AggregateDay.Args> {

    static final JobKind<Args> KIND = JobKind.of("usage.aggregate-day", Args.class)
            .retryAfter(Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5), Duration.ofMinutes(30));

    record Args(LocalDate date, @Nullable String merchantId) {}

    private final Aggregation aggregation;

    AggregateDay(Aggregation aggregation) {
        this.aggregation = aggregation;
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) {
        var result = aggregation.run(RunScope.day(args.date(), args.merchantId()), job.id(), job::progress);
        job.log(result.describe());
    }
}
