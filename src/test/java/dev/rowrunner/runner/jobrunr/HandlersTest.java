package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.SecretArg;
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
        beans.addBean("rival", new Handling<>(Probe.KIND));

        assertThatIllegalStateException()
                .isThrownBy(handlers(beans, Map.of())::afterSingletonsInstantiated)
                .withMessageContaining("test.probe")
                .withMessageContaining(Probe.class.getName())
                .withMessageContaining(Handling.class.getName());
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

    @Test
    void refusesASecretArgAsATenantWhichEverybodySees() {
        record Args(@SecretArg String token) {}
        var beans = new StaticListableBeanFactory();
        beans.addBean(
                "open",
                new Handling<>(JobKind.of("test.open-secret", Args.class).tenant("token")));

        assertThatIllegalStateException()
                .isThrownBy(handlers(beans, Map.of())::afterSingletonsInstantiated)
                .withMessageContaining("'test.open-secret'")
                .withMessageContaining("secret arg 'token'");
    }

    private record Handling<A>(JobKind<A> kind) implements JobHandler<A> {
        @Override
        public void run(A args, JobContext job) {}
    }

    private static Handlers handlers(String configured, Duration retryAfter) {
        var beans = new StaticListableBeanFactory();
        beans.addBean("probe", new Probe());
        return handlers(
                beans,
                Map.of(configured, new KindProperties.Change(null, null, List.of(retryAfter), null, null, null)));
    }

    private static Handlers handlers(StaticListableBeanFactory beans, Map<String, KindProperties.Change> changes) {
        return new Handlers(
                beans.getBeanProvider(ResolvableType.forClass(JobHandler.class)),
                new KindProperties(changes),
                new KindRows(JdbcClient.create(new DriverManagerDataSource())));
    }
}
