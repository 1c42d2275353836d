package dev.rowrunner.http;

import dev.rowrunner.runner.RateLimit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The rates that hold: what endpoints declare, and what configuration makes of it. Bad ones stop the start. */
@Component
@ConditionalOnWebApplication
public class RateLimits implements SmartInitializingSingleton {

    private final HttpProperties properties;
    private final ObjectProvider<RequestMappingHandlerMapping> mappings;
    private final Map<String, Rate> byName = new HashMap<>();

    RateLimits(HttpProperties properties, ObjectProvider<RequestMappingHandlerMapping> mappings) {
        this.properties = properties;
        this.mappings = mappings;
    }

    @Override
    public void afterSingletonsInstantiated() {
        mappings.stream()
                .flatMap(mapping -> mapping.getHandlerMethods().values().stream())
                .filter(method -> method.hasMethodAnnotation(RateLimit.class))
                .forEach(this::add);
        for (var configured : properties.rateLimits().keySet()) {
            if (!byName.containsKey(configured)) {
                throw new IllegalArgumentException("rowrunner.http.rate-limits[" + configured
                        + "] is the limit of no endpoint; there are " + new TreeSet<>(byName.keySet()));
            }
        }
    }

    private void add(HandlerMethod method) {
        var limit = declared(method);
        if (byName.put(limit.name(), rate(limit)) != null) {
            throw new IllegalStateException(
                    "Two endpoints have a limit named '" + limit.name() + "'; one is " + method);
        }
    }

    private Rate rate(RateLimit limit) {
        var configured = properties.rateLimits().get(limit.name());
        try {
            return configured == null ? Rate.of(limit.permits(), limit.per()) : Rate.parse(configured);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "rowrunner.http.rate-limits[" + limit.name() + "] is wrong: " + e.getMessage(), e);
        }
    }

    /** {@code 5 times in any 1h}, of an endpoint that has a limit. */
    public Optional<String> words(HandlerMethod method) {
        return method.hasMethodAnnotation(RateLimit.class)
                ? Optional.of(of(method).words())
                : Optional.empty();
    }

    /** The rate of an endpoint that {@link RateLimit} marks. */
    Rate of(HandlerMethod method) {
        var name = declared(method).name();
        var rate = byName.get(name);
        if (rate == null) {
            throw new IllegalStateException("The limit '" + name + "' was not known at the start");
        }
        return rate;
    }

    private static RateLimit declared(HandlerMethod method) {
        var limit = method.getMethodAnnotation(RateLimit.class);
        if (limit == null) {
            throw new IllegalArgumentException(method + " has no limit");
        }
        return limit;
    }
}
