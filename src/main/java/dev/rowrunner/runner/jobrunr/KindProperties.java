package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobKind.Limits;
import dev.rowrunner.runner.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What configuration changes of the declared kinds, by their names.
 *
 * @param kinds {@code rowrunner.kinds[usage.aggregate-day].timeout=5m}
 */
@ConfigurationProperties("rowrunner")
record KindProperties(@Nullable Map<String, Change> kinds) {

    /** Null leaves what the kind declares. */
    record Change(
            @Nullable String queue,
            @Nullable Integer priority,
            @Nullable List<Duration> retryAfter,
            @Nullable Duration timeout,
            @Nullable Integer concurrency,
            @Nullable Integer concurrencyPerKey) {

        <A> JobKind<A> of(JobKind<A> kind) {
            var limits = kind.limits();
            return new JobKind<>(
                    kind.name(),
                    kind.args(),
                    or(queue, kind.queue()),
                    or(priority, kind.priority()),
                    retryAfter == null ? kind.retry() : RetryPolicy.after(retryAfter),
                    timeout == null ? kind.timeout() : timeout,
                    new Limits(
                            concurrency == null ? limits.running() : concurrency,
                            limits.keyArg(),
                            or(concurrencyPerKey, limits.perKey())),
                    kind.tenantArg(),
                    kind.unique());
        }

        private static <T> T or(@Nullable T changed, T declared) {
            return changed == null ? declared : changed;
        }
    }

    Map<String, Change> changes() {
        return kinds == null ? Map.of() : kinds;
    }
}
