package dev.rowrunner.testing;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Remembers what would be enqueued; nothing is stored and nothing runs.
 *
 * <p>How a family tests its jobs: what a handler does, by calling its {@code run} with args; what it enqueues, by giving
 * it one of these in place of {@link Jobs} and asking {@link #enqueued(JobKind)}. What the whole chain does, retries and
 * limits included, by a {@link RowrunnerTest} that enqueues with the real {@link Jobs} and calls {@code RunDueJobs.run()};
 * moving its {@link SettableClock} makes later jobs due. None of these waits or sleeps.
 *
 * <p>Like the real one it joins a Spring transaction: jobs are told once that has committed, and never when it rolled
 * back. A job that its kind, or a unique key, makes the same as an earlier one is not told again: the first one's id is
 * answered, until {@link #forget}.
 */
public final class RecordedJobs implements Jobs {

    /** One job as it was asked for. */
    public record Enqueued<A>(UUID id, JobKind<A> kind, A args, JobOptions options) {}

    private final List<Enqueued<?>> enqueued = new CopyOnWriteArrayList<>();

    @Override
    public <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args, JobOptions options) {
        var fresh = new ArrayList<Enqueued<?>>();
        var ids = new ArrayList<UUID>();
        for (A one : args) {
            var job = new Enqueued<A>(UUID.randomUUID(), kind, Objects.requireNonNull(one), options);
            var same = sameAs(job, enqueued) == null ? sameAs(job, fresh) : sameAs(job, enqueued);
            if (same == null) {
                fresh.add(job);
            }
            ids.add(same == null ? job.id() : same.id());
        }
        afterCommit(() -> enqueued.addAll(fresh));
        return ids;
    }

    private static void afterCommit(Runnable tell) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            tell.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                tell.run();
            }
        });
    }

    private static @Nullable Enqueued<?> sameAs(Enqueued<?> job, List<Enqueued<?>> others) {
        var key = key(job);
        return key == null
                ? null
                : others.stream()
                        .filter(other -> other.kind().name().equals(job.kind().name()) && key.equals(key(other)))
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable Object key(Enqueued<?> job) {
        if (job.options().uniqueKey() != null) {
            return job.options().uniqueKey();
        }
        var unique = job.kind().unique();
        if (unique == null) {
            return null;
        }
        return unique.args().isEmpty() ? job.args() : values(job.args(), unique.args());
    }

    private static List<@Nullable Object> values(Object args, List<String> names) {
        var values = new ArrayList<@Nullable Object>();
        Arrays.stream(args.getClass().getRecordComponents())
                .filter(component -> names.contains(component.getName()))
                .forEach(component -> values.add(value(args, component)));
        return values;
    }

    private static @Nullable Object value(Object args, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(args);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Can't read " + component, e);
        }
    }

    /** The args of the kind's jobs in the order in which they were enqueued. */
    public <A> List<A> enqueued(JobKind<A> kind) {
        return told(kind).stream().map(Enqueued::args).toList();
    }

    /** The kind's jobs with their options, in the order in which they were enqueued. */
    public <A> List<Enqueued<A>> told(JobKind<A> kind) {
        return enqueued.stream()
                .filter(job -> job.kind().name().equals(kind.name()))
                .map(job -> new Enqueued<>(job.id(), kind, kind.args().cast(job.args()), job.options()))
                .toList();
    }

    /** Jobs of all kinds, in the order in which they were enqueued. */
    public List<Enqueued<?>> all() {
        return List.copyOf(enqueued);
    }

    public void forget() {
        enqueued.clear();
    }
}
