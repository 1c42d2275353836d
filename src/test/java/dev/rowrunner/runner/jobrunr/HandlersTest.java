package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class HandlersTest {

    @Test
    void refusesTwoHandlersOfOneKindAndNamesBoth() {
        var beans = new StaticListableBeanFactory();
        beans.addBean("probe", new Probe());
        beans.addBean("rival", new Rival());
        var handlers = new Handlers(
                beans.getBeanProvider(ResolvableType.forClass(JobHandler.class)),
                new KindProperties(null),
                new KindRows(JdbcClient.create(new DriverManagerDataSource())));

        assertThatIllegalStateException()
                .isThrownBy(handlers::afterSingletonsInstantiated)
                .withMessageContaining("test.probe")
                .withMessageContaining(Probe.class.getName())
                .withMessageContaining(Rival.class.getName());
    }

    private static class Rival implements JobHandler<Probe.Args> {
        @Override
        public JobKind<Probe.Args> kind() {
            return Probe.KIND;
        }

        @Override
        public void run(Probe.Args args, JobContext job) {}
    }
}
