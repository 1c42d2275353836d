package dev.rowrunner.admin;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the banner tells of this process.
 *
 * @param embedded whether it started its PostgreSQL and Redis itself
 */
@ConfigurationProperties("rowrunner")
record Installation(
        @DefaultValue("false") boolean embedded,
        @DefaultValue Dashboard dashboard) {

    record Dashboard(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("127.0.0.1") String address,
            @DefaultValue("8000") int port) {}
}
