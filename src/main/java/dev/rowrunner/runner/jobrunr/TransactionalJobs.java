package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Jobs;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.states.EnqueuedState;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.ScheduledState;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Stores jobs in the caller's transaction, or in an own one where there is none, and wakes the workers after it. */
@Component
class TransactionalJobs implements Jobs {

    private final JobStorage storage;
    private final Handlers handlers;
    private final JsonArgs jsonArgs;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final TransactionSynchronization ringAfterCommit;

    TransactionalJobs(
            JobStorage storage,
            Handlers handlers,
            JsonArgs jsonArgs,
            Clock clock,
            Bell bell,
            PlatformTransactionManager transactions) {
        this.storage = storage;
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
        this.ringAfterCommit = new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                bell.ring();
            }
        };
    }

    @Override
    public <A> UUID enqueue(JobKind<A> kind, A args) {
        return store(List.of(job(kind, args, new EnqueuedState()))).get(0);
    }

    @Override
    public <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args) {
        return store(
                args.stream().map(one -> job(kind, one, new EnqueuedState())).toList());
    }

    @Override
    public <A> UUID schedule(JobKind<A> kind, A args, Instant at) {
        var state = at.isAfter(clock.instant()) ? new ScheduledState(at) : new EnqueuedState();
        return store(List.of(job(kind, args, state))).get(0);
    }

    private <A> Job job(JobKind<A> kind, A args, JobState state) {
        handlers.of(kind.name());
        var job = new Job(new JobDetails(new StoredJob(kind.name(), jsonArgs.write(kind, args))), state);
        job.setJobName(kind.name());
        return job;
    }

    private List<UUID> store(List<Job> jobs) {
        transaction.executeWithoutResult(status -> {
            storage.insert(jobs);
            // A set: registering it for each of many jobs rings once.
            TransactionSynchronizationManager.registerSynchronization(ringAfterCommit);
        });
        return jobs.stream().map(Job::getId).toList();
    }
}
