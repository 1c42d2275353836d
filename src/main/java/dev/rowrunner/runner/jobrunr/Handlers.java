package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Nearest;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** The handlers of this process and their kinds, as configuration has changed them, by the names of the kinds. */
@Component
class Handlers implements SmartInitializingSingleton {

    /** A handler and its kind. */
    record Handled<A>(JobHandler<A> handler, JobKind<A> kind) {}

    private final ObjectProvider<JobHandler<?>> beans;
    private final KindProperties properties;
    private final KindRows rows;
    private volatile Map<String, Handled<?>> byKind = Map.of();

    Handlers(ObjectProvider<JobHandler<?>> beans, KindProperties properties, KindRows rows) {
        this.beans = beans;
        this.properties = properties;
        this.rows = rows;
    }

    /** Handlers enqueue jobs themselves, so they can be asked for their kinds only once all of them are made. */
    @Override
    public void afterSingletonsInstantiated() {
        var found = new TreeMap<String, Handled<?>>();
        beans.orderedStream().forEach(handler -> add(found, handler));
        properties.changes().keySet().forEach(name -> check(name, found.keySet()));
        byKind = found;
        rows.declare(kinds());
    }

    private <A> void add(Map<String, Handled<?>> found, JobHandler<A> handler) {
        var kind = changed(handler.kind());
        checkArgs(kind);
        var other = found.putIfAbsent(kind.name(), new Handled<>(handler, kind));
        if (other != null) {
            throw new IllegalStateException("A kind has one handler; kind '" + kind.name() + "' has "
                    + className(other.handler()) + " and " + className(handler) + ": rename or remove one");
        }
    }

    private <A> JobKind<A> changed(JobKind<A> kind) {
        var change = properties.changes().get(kind.name());
        if (change == null) {
            return kind;
        }
        try {
            return change.of(kind);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("rowrunner.kinds[" + kind.name() + "] can't be used: " + e.getMessage(), e);
        }
    }

    /** An arg that is named as tenant or key and does not exist would silently mean none. */
    private static void checkArgs(JobKind<?> kind) {
        if (!kind.args().isRecord()) {
            return;
        }
        var known = Arrays.stream(kind.args().getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        var secret = Redaction.argsOf(kind);
        Stream.of(kind.tenantArg(), kind.limits().keyArg())
                .filter(arg -> arg != null && secret.contains(arg))
                .forEach(arg -> {
                    throw new IllegalStateException("Kind '" + kind.name() + "' names its secret arg '" + arg
                            + "' as its tenant or key, which everybody may read");
                });
        var unique = kind.unique() == null ? List.<String>of() : kind.unique().args();
        Stream.concat(Stream.of(kind.tenantArg(), kind.limits().keyArg()), unique.stream())
                .filter(Objects::nonNull)
                .filter(arg -> !known.contains(arg))
                .forEach(arg -> {
                    throw new IllegalStateException("Kind '" + kind.name() + "' names the arg '" + arg
                            + "' as its tenant or key; its args are " + known);
                });
    }

    private static void check(String configured, Collection<String> known) {
        if (!known.contains(configured)) {
            throw new IllegalStateException("rowrunner.kinds names '" + configured + "', which no handler declares"
                    + Nearest.to(configured, known));
        }
    }

    private static String className(JobHandler<?> handler) {
        return AopUtils.getTargetClass(handler).getName();
    }

    /** @throws IllegalArgumentException if no handler declares the kind */
    Handled<?> of(String kind) {
        @Nullable Handled<?> handled = byKind.get(kind);
        if (handled == null) {
            throw new IllegalArgumentException("No handler here declares kind '" + kind + "'"
                    + Nearest.to(kind, byKind.keySet()) + "; the kinds handled here are " + byKind.keySet());
        }
        return handled;
    }

    boolean has(String kind) {
        return byKind.containsKey(kind);
    }

    List<JobKind<?>> kinds() {
        return byKind.values().stream().<JobKind<?>>map(Handled::kind).toList();
    }
}
