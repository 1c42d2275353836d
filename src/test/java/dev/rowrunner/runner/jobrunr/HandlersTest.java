package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    @Test
    void refusesTheConfigurationOfAKindThatDoesNotExistAndNamesTheNearest() {
        assertThatIllegalStateException()
                .isThrownBy(handlers("test.prob", Duration.ofSeconds(1))::afterSingletonsInstantiated)
                .withMessageContaining("test.prob'")
                .withMessageContaining("did you mean 'test.probe'");
    }

    @Test
    void refusesAConfiguredRetryDelayThatIsNegativeAndNamesTheKind() {
        assertThatIllegalStateException()
                .isThrownBy(handlers("test.probe", Duration.ofSeconds(-1))::afterSingletonsInstantiated)
                .withMessageContaining("rowrunner.kinds[test.probe]")
                .withMessageContaining("PT-1S");
    }

    private static Handlers handlers(String configured, Duration retryAfter) {
        var beans = new StaticListableBeanFactory();
        beans.addBean("probe", new Probe());
        return new Handlers(
                beans.getBeanProvider(ResolvableType.forClass(JobHandler.class)),
                new KindProperties(Map.of(
                        configured, new KindProperties.Change(null, null, List.of(retryAfter), null, null, null))),
                new KindRows(JdbcClient.create(new DriverManagerDataSource())));
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
