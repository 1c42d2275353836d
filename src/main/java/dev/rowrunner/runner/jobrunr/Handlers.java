package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.RetryPolicy;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** The handlers of this process by the name of their kind. */
@Component
class Handlers implements SmartInitializingSingleton {

    private final ObjectProvider<JobHandler<?>> beans;
    private volatile Map<String, JobHandler<?>> byKind = Map.of();

    Handlers(ObjectProvider<JobHandler<?>> beans) {
        this.beans = beans;
    }

    /** Handlers enqueue jobs themselves, so they can be asked for their kinds only once all of them are made. */
    @Override
    public void afterSingletonsInstantiated() {
        var found = new TreeMap<String, JobHandler<?>>();
        beans.orderedStream().forEach(handler -> add(found, handler));
        byKind = found;
    }

    private static void add(Map<String, JobHandler<?>> found, JobHandler<?> handler) {
        var name = handler.kind().name();
        var other = found.putIfAbsent(name, handler);
        if (other != null) {
            throw new IllegalStateException("A kind has one handler; kind '" + name + "' has " + className(other)
                    + " and " + className(handler) + ": rename or remove one");
        }
    }

    private static String className(JobHandler<?> handler) {
        return AopUtils.getTargetClass(handler).getName();
    }

    /** @throws IllegalArgumentException if no handler declares the kind */
    JobHandler<?> of(String kind) {
        var handler = byKind.get(kind);
        if (handler == null) {
            throw new IllegalArgumentException(
                    "No handler here declares kind '" + kind + "'; the kinds handled here are " + byKind.keySet());
        }
        return handler;
    }

    /** The retries of a kind. One without a handler here gets the default ones: a newer worker may know it. */
    RetryPolicy retryOf(String kind) {
        @Nullable JobHandler<?> handler = byKind.get(kind);
        return handler == null ? RetryPolicy.DEFAULT : handler.kind().retry();
    }
}
