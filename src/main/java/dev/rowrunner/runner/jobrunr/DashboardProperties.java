package dev.rowrunner.runner.jobrunr;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where JobRunr's dashboard listens.
 *
 * @param address a loopback address unless something in front of it speaks TLS
 * @param port 0 takes any free one
 * @param hosts further host names under which browsers may reach it, beside localhost and the address
 */
@ConfigurationProperties("rowrunner.dashboard")
record DashboardProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("8000") int port,
        @DefaultValue Set<String> hosts) {

    DashboardProperties {
        hosts = Set.copyOf(hosts);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("rowrunner.dashboard.port must be from 0 to 65535, was " + port);
        }
    }
}
