package dev.rowrunner.runner;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * Enqueues jobs. Inside a Spring transaction a job is written on that transaction's connection: rolled back, it was
 * never there; committed, it runs at least once. Outside of one, it is committed on return.
 *
 * <p>Every method answers the ids of the jobs; where a kind or the options make jobs unique, that of the job that was
 * there before. Every method throws an {@link IllegalArgumentException}, and stores nothing, if no handler declares the
 * kind, if the queue does not exist, or if the args can't be stored: as JSON they have at most 1 MiB.
 */
public interface Jobs {

    /** Enqueues many jobs of one kind in one go. Answers their ids in the order of the args. */
    <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args, JobOptions options);

    default <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args) {
        return enqueueAll(kind, args, JobOptions.NONE);
    }

    default <A> UUID enqueue(JobKind<A> kind, A args, JobOptions options) {
        return enqueueAll(kind, List.of(args), options).get(0);
    }

    /** Enqueues a job to run as soon as a worker is free. */
    default <A> UUID enqueue(JobKind<A> kind, A args) {
        return enqueue(kind, args, JobOptions.NONE);
    }

    /** Enqueues a job that becomes ready at the given instant; in the past means now. */
    default <A> UUID schedule(JobKind<A> kind, A args, Instant at) {
        return enqueue(kind, args, JobOptions.NONE.at(at));
    }
}
