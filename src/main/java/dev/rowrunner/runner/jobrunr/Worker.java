package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Roles;
import java.time.Clock;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Runs jobs in this process if it has the role worker. Starts last and stops first, before anything that jobs use. */
@Component
class Worker implements SmartLifecycle {

    private final Roles roles;
    private final WorkerProperties properties;
    private final SchedulerProperties scheduler;
    private final RecurringDefinitions definitions;
    private final JobStorage storage;
    private final JsonMapper json;
    private final RunStoredJob runner;
    private final Handlers handlers;
    private final Bell bell;
    private final Clock clock;
    private @Nullable WorkerServer server;
    private @Nullable Runnable wake;

    Worker(
            Roles roles,
            WorkerProperties properties,
            SchedulerProperties scheduler,
            RecurringDefinitions definitions,
            JobStorage storage,
            JsonMapper json,
            RunStoredJob runner,
            Handlers handlers,
            Bell bell,
            Clock clock) {
        this.roles = roles;
        this.properties = properties;
        this.scheduler = scheduler;
        this.definitions = definitions;
        this.storage = storage;
        this.json = json;
        this.runner = runner;
        this.handlers = handlers;
        this.bell = bell;
        this.clock = clock;
    }

    @Override
    public boolean isAutoStartup() {
        return roles.worker();
    }

    @Override
    public synchronized void start() {
        if (scheduler.enabled()) {
            definitions.register();
        }
        var visible = scheduler.enabled() ? storage : storage.withoutSchedules();
        var started = new WorkerServer(visible, json, runner, handlers, clock, properties.threads());
        started.start();
        wake = started::claimSoon;
        bell.wakes(wake);
        server = started;
    }

    @Override
    public synchronized void stop() {
        if (server == null || wake == null) {
            return;
        }
        bell.forget(wake);
        try {
            server.stop(properties.drain());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }
}
