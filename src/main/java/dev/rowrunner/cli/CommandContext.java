package dev.rowrunner.cli;

import dev.rowrunner.embedded.Installation;
import dev.rowrunner.embedded.Surroundings;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The Spring context for one command: it serves nothing, runs no jobs, and makes only the beans that the command needs. */
final class CommandContext {

    private final Class<?> application;
    private final Surroundings surroundings;

    CommandContext(Class<?> application, Surroundings surroundings) {
        this.application = application;
        this.surroundings = surroundings;
    }

    /** Closed when the program exits. */
    ConfigurableApplicationContext start() {
        var open = OpenParts.closedAtExit();
        var installation = open.add(new Installation(surroundings));
        installation.visit();
        var spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setLazyInitialization(true);
        spring.setRegisterShutdownHook(false);
        spring.setLogStartupInfo(false);
        spring.addInitializers(context -> prepare(context, installation, open));
        return spring.run();
    }

    private static void prepare(ConfigurableApplicationContext context, Installation installation, OpenParts open) {
        open.add(context);
        var properties = installation.properties();
        properties.put("rowrunner.roles", "");
        properties.put("rowrunner.dashboard.enabled", false);
        Server.putFirst(context.getEnvironment(), properties);
    }
}
