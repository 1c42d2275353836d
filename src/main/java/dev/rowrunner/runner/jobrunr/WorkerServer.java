package dev.rowrunner.runner.jobrunr;

import java.time.Duration;
import java.util.Objects;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.server.JobSteward;
import org.jobrunr.server.ServerZooKeeper;
import org.jobrunr.storage.ServerTimedOutException;
import org.jspecify.annotations.Nullable;

/**
 * JobRunr's server with other organs: the {@link Pump} claims and stores, the {@link Lease} beats and rescues. Its own
 * stop for good at the first heartbeat that fails, claim more than can run, and pick up by polling.
 */
class WorkerServer extends BackgroundJobServer {

    /** What JobRunr allows at least; it is shown in the dashboard and decides nothing. */
    private static final Duration POLL = Duration.ofSeconds(5);

    /** What an interrupted handler gets to end. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(3);

    private final WorkerParts parts;
    private final Lease lease;
    private final Pump pump;
    private final Ear ear;
    private final Watch watch;
    private final Housekeeping housekeeping;
    private final @Nullable Ticker ticker;
    private boolean working;

    WorkerServer(WorkerParts parts, WorkerProperties properties, RetentionProperties retention, boolean ticks) {
        this(parts, properties, retention, ticks, new Slots(properties.threads()));
    }

    private WorkerServer(
            WorkerParts parts, WorkerProperties properties, RetentionProperties retention, boolean ticks, Slots slots) {
        super(parts.storage(), parts.json(), noActivator(), configuration(properties, slots));
        this.parts = parts;
        var self = new Lease.Self(
                getId(),
                properties.displayName(),
                properties,
                () -> pump().running().count(),
                () -> Watch.stuck(pump()));
        this.lease = new Lease(parts, self, worker -> pump().running().lost(worker));
        this.pump = new Pump(parts, properties, lease, slots);
        this.ear = new Ear(parts.database(), parts.bell(), pump);
        this.watch = new Watch(pump, parts.handlers());
        this.housekeeping = new Housekeeping(parts, retention, lease, this::sign);
        this.ticker = ticks ? new Ticker(parts, lease::isFirst) : null;
    }

    /** Never asked: the {@link Runner} knows the handlers. */
    private static JobActivator noActivator() {
        return new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
                throw new IllegalStateException("No instance of " + type.getName() + " is made by JobRunr here");
            }
        };
    }

    private static BackgroundJobServerConfiguration configuration(WorkerProperties properties, Slots slots) {
        return BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andName(properties.displayName())
                .andPollInterval(POLL)
                .andBackgroundJobServerWorkerPolicy(slots)
                .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(Duration.ofSeconds(1));
    }

    /** JobRunr's steward would write each running job with every poll, and claim. */
    @Override
    protected JobSteward createJobSteward() {
        return new JobSteward(this) {
            @Override
            public void run() {}

            @Override
            public int getOccupiedWorkerCount() {
                return pump().running().count();
            }
        };
    }

    /** JobRunr's zookeeper would stop the server at the first beat that fails. */
    @Override
    protected ServerZooKeeper createServerZooKeeper() {
        return new ServerZooKeeper(this) {
            @Override
            public void run() {}

            @Override
            public void stop() {}
        };
    }

    Pump pump() {
        return Objects.requireNonNull(pump, "The server is not made yet");
    }

    /** Signs on and begins to claim. Throws where the database does not answer, or a queue does not exist. */
    @Override
    public synchronized void start() {
        pump.scout().checkQueues();
        super.start();
        lease.start();
        parts.storage().announceBackgroundJobServer(getServerStatus());
        parts.bell().wakes(pump::woken);
        pump.start();
        ear.start();
        watch.start();
        housekeeping.start();
        if (ticker != null) {
            ticker.start();
        }
        working = true;
    }

    private void sign() {
        try {
            parts.storage().signalBackgroundJobServerAlive(getServerStatus());
        } catch (ServerTimedOutException e) {
            parts.storage().announceBackgroundJobServer(getServerStatus());
        }
    }

    /** Claims no more, lets the running jobs end within the grace, interrupts and gives back the rest. */
    synchronized void stop(Duration grace) throws InterruptedException {
        if (!working) {
            return;
        }
        working = false;
        if (ticker != null) {
            ticker.close();
        }
        pump.stopClaiming();
        if (!pump.running().awaitNone(grace)) {
            pump.running().stopAll(new Stop(Stop.Cause.SHUTDOWN, "Given back by a worker that stopped"));
            pump.running().awaitNone(AFTER_INTERRUPT);
        }
        housekeeping.close();
        watch.close();
        ear.close();
        pump.close();
        lease.signOff();
        super.stop();
    }

    boolean isListening() {
        return ear.isListening();
    }

    /** Whether the database has heard of this worker within its lease. */
    boolean isFresh() {
        return lease.isFresh();
    }
}
