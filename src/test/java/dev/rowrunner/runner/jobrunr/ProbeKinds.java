package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.SecretArg;
import dev.rowrunner.runner.Unique;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Kinds with limits and such, all of which the {@link Probe} handles. */
@TestConfiguration(proxyBeanMethods = false)
class ProbeKinds {

    static final JobKind<Probe.Args> LIMITED = kind("test.limited").concurrency(2);
    static final JobKind<Probe.Args> KEYED = kind("test.keyed").concurrencyPer("name", 1);
    static final JobKind<Probe.Args> UNIQUE_WAITING =
            kind("test.unique-waiting").unique(Unique.whileWaiting("name"));
    static final JobKind<Probe.Args> UNIQUE_UNFINISHED =
            kind("test.unique-unfinished").unique(Unique.whileUnfinished("name"));
    static final JobKind<Probe.Args> UNIQUE_PERIOD =
            kind("test.unique-period").unique(Unique.forPeriod(Duration.ofMinutes(10), "name"));
    static final JobKind<Probe.Args> HASTY = kind("test.hasty").timeout(Duration.ofMillis(200));
    static final JobKind<Probe.Args> OF_TENANTS = kind("test.of-tenants").tenant("name");

    static final JobKind<SecretArgs> SECRET =
            JobKind.of("test.secret", SecretArgs.class).retryAfter(Duration.ofSeconds(30));

    record SecretArgs(
            String user,
            @SecretArg String password,
            @SecretArg Map<String, String> keys) {}

    interface SecretWork {
        void run(SecretArgs args, JobContext job) throws Exception;
    }

    /** A handler that does with secrets what the test tells it. */
    static final class SecretKeeper implements JobHandler<SecretArgs> {
        private volatile SecretWork work = (args, job) -> {};

        void does(SecretWork work) {
            this.work = work;
        }

        @Override
        public JobKind<SecretArgs> kind() {
            return SECRET;
        }

        @Override
        public void run(SecretArgs args, JobContext job) throws Exception {
            work.run(args, job);
        }
    }

    @Bean
    SecretKeeper secretKeeper() {
        return new SecretKeeper();
    }

    private static JobKind<Probe.Args> kind(String name) {
        return JobKind.of(name, Probe.Args.class).retryAfter(Duration.ofSeconds(30));
    }

    private record Handled(JobKind<Probe.Args> kind, Probe probe) implements JobHandler<Probe.Args> {
        @Override
        public void run(Probe.Args args, JobContext job) throws Exception {
            probe.run(args, job);
        }
    }

    @Bean
    JobHandler<Probe.Args> limitedProbe(Probe probe) {
        return new Handled(LIMITED, probe);
    }

    @Bean
    JobHandler<Probe.Args> keyedProbe(Probe probe) {
        return new Handled(KEYED, probe);
    }

    @Bean
    JobHandler<Probe.Args> uniqueWaitingProbe(Probe probe) {
        return new Handled(UNIQUE_WAITING, probe);
    }

    @Bean
    JobHandler<Probe.Args> uniqueUnfinishedProbe(Probe probe) {
        return new Handled(UNIQUE_UNFINISHED, probe);
    }

    @Bean
    JobHandler<Probe.Args> uniquePeriodProbe(Probe probe) {
        return new Handled(UNIQUE_PERIOD, probe);
    }

    @Bean
    JobHandler<Probe.Args> hastyProbe(Probe probe) {
        return new Handled(HASTY, probe);
    }

    @Bean
    JobHandler<Probe.Args> tenantsProbe(Probe probe) {
        return new Handled(OF_TENANTS, probe);
    }
}
