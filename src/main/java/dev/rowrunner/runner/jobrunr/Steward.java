package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import org.jobrunr.jobs.Job;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.JobSteward;
import org.jobrunr.storage.Paging;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs, never more than there are free slots: a slot is taken with the claim and freed when the job has ended.
 * One thread claims, whoever asks for it: the poll, the bell, or a job that ended.
 */
class Steward extends JobSteward {

    private static final Logger LOG = LoggerFactory.getLogger(Steward.class);

    private final BackgroundJobServer server;
    private final int slots;
    private final Semaphore free;
    private final ThreadPoolExecutor claimer;

    Steward(BackgroundJobServer server) {
        super(server);
        this.server = server;
        this.slots = server.getWorkDistributionStrategy().getWorkerCount();
        this.free = new Semaphore(slots);
        this.claimer = oneThreadAndOneWaitingCall();
    }

    /** A call that comes while one waits adds nothing: the waiting one will see what it is about. */
    private static ThreadPoolExecutor oneThreadAndOneWaitingCall() {
        return new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), Steward::claimerThread, new DiscardPolicy());
    }

    private static Thread claimerThread(Runnable work) {
        var thread = new Thread(work, "job-claimer");
        thread.setDaemon(true);
        thread.setContextClassLoader(Steward.class.getClassLoader());
        return thread;
    }

    /** JobRunr's poll: heartbeats of the running jobs, then a claim. */
    @Override
    public void run() {
        super.run();
        claimSoon();
    }

    /** Claims on the claimer's thread and returns at once. */
    final void claimSoon() {
        claimer.execute(this::claim);
    }

    private void claim() {
        try {
            int wanted = free.availablePermits();
            if (wanted > 0 && server.isRunning() && !server.isNotReadyToProcessJobs()) {
                server.getStorageProvider()
                        .getJobsToProcess(server, Paging.AmountBasedList.ascOnUpdatedAt(wanted))
                        .forEach(this::start);
            }
        } catch (RuntimeException e) {
            // Not fatal: the next poll claims again, and a database that stays away ends the heartbeats.
            LOG.warn("Could not claim jobs, will try again with the next poll: {}", e.toString());
        }
    }

    private void start(Job job) {
        free.acquireUninterruptibly();
        server.processJob(job);
    }

    @Override
    public int getOccupiedWorkerCount() {
        return slots - free.availablePermits();
    }

    @Override
    public void notifyThreadOccupied() {
        // The slot was taken when the job was claimed.
    }

    @Override
    public void notifyThreadIdle() {
        free.release();
        claimSoon();
    }

    /** Claims no more and waits for the running jobs. Answers whether all of them ended within the grace. */
    boolean drain(Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        claimer.shutdown();
        return claimer.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)
                && free.tryAcquire(slots, end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
