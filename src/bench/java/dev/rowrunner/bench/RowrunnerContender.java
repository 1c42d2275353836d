package dev.rowrunner.bench;

import dev.rowrunner.Rowrunner;
import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Unique;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The program as it is delivered, without HTTP; {@code -Dbench.threads} sets its slots. It starts once, as programs do: only
 * its worker is started and stopped, since a program that has just started is busy compiling what started it.
 */
final class RowrunnerContender implements Contender {

    record Args(long n) {}

    static final JobKind<Args> PLAIN = JobKind.of("bench.step", Args.class);
    static final JobKind<Args> UNIQUE =
            JobKind.of("bench.unique-step", Args.class).unique(Unique.whileUnfinished());
    static final JobKind<Args> OF_TENANT =
            JobKind.of("bench.tenant-step", Args.class).tenant("n");

    private record Step(JobKind<Args> kind, LongConsumer[] handler) implements JobHandler<Args> {
        @Override
        public void run(Args args, JobContext job) {
            handler[0].accept(args.n());
        }
    }

    private final Database database;
    private final LongConsumer[] handler = {n -> {}};
    private ConfigurableApplicationContext program;
    private Jobs jobs;
    private Lifecycle worker;

    RowrunnerContender(Database database) {
        this.database = database;
    }

    @Override
    public void prepare() {
        program = new SpringApplicationBuilder(Rowrunner.class)
                .initializers(context -> List.of(PLAIN, UNIQUE, OF_TENANT)
                        .forEach(kind -> ((GenericApplicationContext) context)
                                .registerBean(kind.name(), Step.class, () -> new Step(kind, handler))))
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.datasource.url=" + database.url() + "?user=" + database.user() + "&password="
                                + database.password(),
                        "--rowrunner.redis-url=redis://127.0.0.1:1",
                        "--rowrunner.roles=",
                        "--rowrunner.dashboard.enabled=false",
                        "--ENABLE_JOB_SCHEDULER=false",
                        "--rowrunner.worker.threads=" + Integer.getInteger("bench.threads", 200));
        jobs = program.getBean(Jobs.class);
        worker = program.getBean("worker", Lifecycle.class);
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        enqueueAll(PLAIN, numbers);
    }

    void enqueueAll(JobKind<Args> kind, List<Long> numbers) {
        jobs.enqueueAll(kind, numbers.stream().map(Args::new).toList());
    }

    @Override
    public void enqueue(long number) {
        jobs.enqueue(PLAIN, new Args(number));
    }

    @Override
    public Optional<Transactions> transactions() {
        return Optional.of(
                new Transactions(program.getBean(TransactionTemplate.class), program.getBean(JdbcClient.class)));
    }

    /** As a program of the role worker does when all else has started. */
    @Override
    public void start(LongConsumer handler) {
        this.handler[0] = handler;
        worker.start();
    }

    @Override
    public void stop() {
        worker.stop();
    }

    @Override
    public void clear() {
        program.getBean(JdbcClient.class)
                .sql("TRUNCATE rowrunner.job, rowrunner.job_body, rowrunner.job_history, rowrunner.job_count")
                .update();
    }

    @Override
    public void close() {
        program.close();
    }
}
