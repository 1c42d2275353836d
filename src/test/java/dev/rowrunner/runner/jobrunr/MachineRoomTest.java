package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.testing.Servers;
import dev.rowrunner.testing.SettableClock;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** A test on a database of its own, where it may start workers without running other tests' jobs. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"rowrunner.roles=", "rowrunner.dashboard.enabled=false"})
@ContextConfiguration(initializers = MachineRoomTest.OnOwnDatabase.class)
@Import({SettableClock.Configuration.class, RunDueJobs.Configuration.class, Probe.class, ProbeKinds.class})
@interface MachineRoomTest {

    class OnOwnDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        private static final String URL = Servers.newDatabase("machine_room");

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of("spring.datasource.url=" + URL, "rowrunner.redis-url=" + Servers.redisUrl())
                    .applyTo(context);
        }
    }
}
