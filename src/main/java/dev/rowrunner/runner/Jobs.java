package dev.rowrunner.runner;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * Enqueues jobs. Inside a Spring transaction a job is written on that transaction's connection: rolled back, it was
 * never there; committed, it runs at least once. Outside of one, it is committed on return.
 */
public interface Jobs {

    /**
     * Enqueues a job to run as soon as a worker is free.
     *
     * @return the job's id
     * @throws IllegalArgumentException if no handler declares the kind, or the args can't be stored as JSON
     */
    <A> UUID enqueue(JobKind<A> kind, A args);

    /** Enqueues many jobs of one kind in one go. Answers their ids in the order of the args. */
    <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args);

    /** Enqueues a job that becomes ready at the given instant; in the past means now. */
    <A> UUID schedule(JobKind<A> kind, A args, Instant at);
}
