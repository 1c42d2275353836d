package dev.rowrunner.http;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param maxBodySize the largest request body that is read
 * @param rateLimits by the name of a limit, the rate that holds instead of the declared one: {@code 10/1h}
 */
@ConfigurationProperties("rowrunner.http")
record HttpProperties(
        @DefaultValue("1MB") DataSize maxBodySize,
        @DefaultValue Map<String, String> rateLimits) {
    HttpProperties {
        rateLimits = Map.copyOf(rateLimits);
        if (maxBodySize.toBytes() < 1) {
            throw new IllegalArgumentException("rowrunner.http.max-body-size must be at least 1B, was " + maxBodySize);
        }
    }
}
