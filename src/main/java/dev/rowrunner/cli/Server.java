package dev.rowrunner.cli;

import dev.rowrunner.embedded.Installation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/** The Spring context that serves, on an installation that is open though its servers may still be starting. */
final class Server {

    private static final String[] BOTH_ROLES = {"worker", "api"};

    /** The command line tells in one line what ended a start; the context would tell it before, in a hundred. */
    private static final Map<String, Object> SILENT_WHEN_IT_FAILS = Map.of(
            "logging.level." + AnnotationConfigServletWebServerApplicationContext.class.getName(), "error",
            "logging.level." + AnnotationConfigApplicationContext.class.getName(), "error");

    private final Class<?> application;
    private final Installation installation;
    private final OpenParts open;
    private final CountDownLatch ended = new CountDownLatch(1);

    Server(Class<?> application, Installation installation, OpenParts open) {
        this.application = application;
        this.installation = installation;
        this.open = open;
    }

    void start(List<String> properties) {
        var spring = new SpringApplication(application);
        // Its own would run beside ours, and the servers must outlive the context.
        spring.setRegisterShutdownHook(false);
        spring.setLogStartupInfo(false);
        spring.setDefaultProperties(SILENT_WHEN_IT_FAILS);
        spring.addListeners(new WebOnlyForApi(spring), new Publishing(), new Ending());
        spring.addInitializers(this::use);
        spring.run(properties.toArray(String[]::new));
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    private void use(ConfigurableApplicationContext context) {
        open.add(context);
        putFirst(context.getEnvironment(), installation.properties());
        context.getBeanFactory().addBeanPostProcessor(new ServersFirst(installation));
    }

    static void putFirst(ConfigurableEnvironment environment, Map<String, Object> properties) {
        environment.getPropertySources().addFirst(new MapPropertySource("installation", properties));
    }

    private Map<String, String> urls(Environment environment) {
        var urls = new TreeMap<String, String>();
        var port = environment.getProperty("local.server.port");
        if (port != null) {
            urls.put("API_URL", "http://127.0.0.1:" + port);
        }
        if (environment.getProperty("rowrunner.dashboard.enabled", Boolean.class, true)) {
            urls.put(
                    "DASHBOARD_URL", "http://127.0.0.1:" + environment.getProperty("rowrunner.dashboard.port", "8000"));
        }
        return urls;
    }

    /** A worker alone opens no port for the API. */
    private record WebOnlyForApi(SpringApplication spring)
            implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
        @Override
        public void onApplicationEvent(ApplicationEnvironmentPreparedEvent prepared) {
            if (!List.of(prepared.getEnvironment().getProperty("rowrunner.roles", String[].class, BOTH_ROLES))
                    .contains("api")) {
                spring.setWebApplicationType(WebApplicationType.NONE);
            }
        }
    }

    /** Up to its first connection the context needs no server: half of its start passes while they start. */
    private record ServersFirst(Installation installation) implements BeanPostProcessor {
        @Override
        public Object postProcessBeforeInitialization(Object bean, String name) {
            if (bean instanceof DataSource) {
                installation.awaitServers();
            }
            return bean;
        }
    }

    /** First of those that hear it, so that whoever reads the banner can already ask for the URLs. */
    private final class Publishing implements ApplicationListener<ApplicationReadyEvent>, Ordered {
        @Override
        public void onApplicationEvent(ApplicationReadyEvent ready) {
            installation.publish(urls(ready.getApplicationContext().getEnvironment()));
        }

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }
    }

    private final class Ending implements ApplicationListener<ContextClosedEvent> {
        @Override
        public void onApplicationEvent(ContextClosedEvent closed) {
            if (closed.getApplicationContext().getParent() == null) {
                ended.countDown();
            }
        }
    }
}
