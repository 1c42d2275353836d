package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Roles;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Runs jobs in this process if it has the role worker. Starts last and stops first, before anything that jobs use. */
@Component
class Worker implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final Roles roles;
    private final WorkerProperties properties;
    private final RetentionProperties retention;
    private final SchedulerProperties scheduler;
    private final DeclaredSchedules schedules;
    private final WorkerParts parts;
    private @Nullable WorkerServer server;

    Worker(
            Roles roles,
            WorkerProperties properties,
            RetentionProperties retention,
            SchedulerProperties scheduler,
            DeclaredSchedules schedules,
            WorkerParts parts) {
        this.roles = roles;
        this.properties = properties;
        this.retention = retention;
        this.scheduler = scheduler;
        this.schedules = schedules;
        this.parts = parts;
    }

    @Override
    public boolean isAutoStartup() {
        return roles.worker();
    }

    @Override
    public synchronized void start() {
        if (scheduler.enabled()) {
            schedules.register();
        }
        var started = new WorkerServer(parts, properties, retention, scheduler.enabled());
        started.start();
        server = started;
        // With the sign by which operators of the system before search their logs.
        LOG.atInfo()
                .addKeyValue("worker", properties.displayName())
                .addKeyValue(
                        "queues", properties.queues().isEmpty() ? "every queue" : new TreeSet<>(properties.queues()))
                .log("\uD83D\uDD14 WORKER_START: Rowrunner worker");
    }

    @Override
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        try {
            server.stop(properties.drain());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server = null;
        }
    }

    /** Why this process runs no jobs at present, or null where it does, or is not meant to. */
    synchronized @Nullable String trouble() {
        if (!roles.worker()) {
            return null;
        }
        if (server == null) {
            return "The worker has not started, or has stopped";
        }
        if (!server.isFresh()) {
            return "The database has not heard of this worker for " + properties.lease() + ": it claims nothing";
        }
        return server.isListening() ? null : "It listens for no notices: it picks jobs up by polling each second";
    }

    synchronized double running() {
        return server == null ? 0 : server.pump().running().count();
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }
}
