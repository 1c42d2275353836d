package dev.rowrunner.receipts;

import dev.rowrunner.receipts.sources.FolderSource;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Roles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Looks each second whether something has come into the folders that businesses are connected to, and enqueues a sync
 * where it has. Looks rather than listens: shared folders tell nobody. Where nothing happens it costs a question to the
 * file system, and no job.
 */
@Component
class WatchFolders implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(WatchFolders.class);

    /** A folder into which something is written all the time is synced all the same. */
    private static final int MOST_PATIENCE = 3;

    private final Connections connections;
    private final Jobs jobs;
    private final Roles roles;
    private final Clock clock;
    private final Map<UUID, Watched> watched = new HashMap<>();
    private @Nullable ScheduledExecutorService eye;
    private Set<String> troubles = Set.of();

    WatchFolders(Connections connections, Jobs jobs, Roles roles, Clock clock) {
        this.connections = connections;
        this.jobs = jobs;
        this.roles = roles;
        this.clock = clock;
    }

    /**
     * A folder at the last look.
     *
     * @param namesChangedAt by the clock of its file system
     * @param patience how many looks a change waits already for whoever is writing; 0: there is none
     */
    private record Watched(long namesChangedAt, int patience) {}

    @Override
    public boolean isAutoStartup() {
        return roles.worker();
    }

    @Override
    public synchronized void start() {
        eye = Executors.newSingleThreadScheduledExecutor(work -> {
            var thread = new Thread(work, "receipt-folders");
            thread.setDaemon(true);
            return thread;
        });
        eye.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void stop() {
        if (eye != null) {
            eye.shutdownNow();
            eye = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return eye != null;
    }

    /** One look at every folder. Trouble with one keeps nobody from the others, and is told once while it lasts. */
    void look() {
        var found = new HashSet<String>();
        try {
            for (var connection : connections.ofSource(SourceType.FOLDER)) {
                look(connection, found);
            }
        } catch (DataAccessException | TransactionException e) {
            found.add(String.valueOf(e.getMessage()));
        }
        found.stream()
                .filter(trouble -> !troubles.contains(trouble))
                .forEach(trouble ->
                        LOG.atWarn().addKeyValue("reason", trouble).log("A folder of receipts can't be watched"));
        troubles = found;
    }

    private void look(Connection connection, Set<String> found) {
        try {
            look(connection);
        } catch (IOException e) {
            found.add("The folder of business '" + connection.business() + "': " + e.getMessage());
        }
    }

    private void look(Connection connection) throws IOException {
        var folder = new FolderSource(
                Path.of(Objects.requireNonNull(connection.settings().path())), clock);
        var before = watched.getOrDefault(connection.id(), new Watched(-1, 0));
        long changedAt = folder.namesChangedAt();
        if (changedAt == before.namesChangedAt() && before.patience() == 0) {
            return;
        }
        if (folder.isBeingWritten() && before.patience() < MOST_PATIENCE) {
            watched.put(connection.id(), new Watched(changedAt, before.patience() + 1));
            return;
        }
        jobs.enqueue(SyncReceipts.KIND, new SyncReceipts.Args(connection.business(), SyncMode.INCREMENTAL));
        watched.put(connection.id(), new Watched(changedAt, folder.isBeingWritten() ? 1 : 0));
    }
}
