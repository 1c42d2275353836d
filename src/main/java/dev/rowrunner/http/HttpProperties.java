package dev.rowrunner.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/** @param maxBodySize the largest request body that is read */
@ConfigurationProperties("rowrunner.http")
record HttpProperties(@DefaultValue("1MB") DataSize maxBodySize) {
    HttpProperties {
        if (maxBodySize.toBytes() < 1) {
            throw new IllegalArgumentException("rowrunner.http.max-body-size must be at least 1B, was " + maxBodySize);
        }
    }
}
