package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.TestComponent;

/** A handler that does what the test tells it, and remembers how it was called. */
@TestComponent
class Probe implements JobHandler<Probe.Args> {

    static final JobKind<Args> KIND =
            JobKind.of("test.probe", Args.class).retryAfter(Duration.ofSeconds(30), Duration.ofMinutes(2));

    record Args(String name, @Nullable Instant at, @Nullable LocalDate day, Optional<String> note) {
        static Args named(String name) {
            return new Args(name, null, null, Optional.empty());
        }
    }

    record Call(Args args, int attempt, long lease) {}

    interface Work {
        void run(Args args, JobContext job) throws Exception;
    }

    final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Work work = (args, job) -> {};

    void does(Work work) {
        this.work = work;
    }

    void reset() {
        calls.clear();
        work = (args, job) -> {};
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) throws Exception {
        calls.add(new Call(args, job.attempt(), job.lease()));
        work.run(args, job);
    }
}
