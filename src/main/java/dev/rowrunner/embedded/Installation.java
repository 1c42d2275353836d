package dev.rowrunner.embedded;

import static dev.rowrunner.embedded.Surroundings.DATABASE;
import static dev.rowrunner.embedded.Surroundings.REDIS;

import dev.rowrunner.postgres.DatabaseConnections;
import dev.rowrunner.postgres.DatabaseUrl;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL and the Redis that this program works on: those that the environment names, and our own for those that
 * it does not name. Closing it stops what it has started; closing it from another thread first waits for a start that
 * is under way.
 */
public final class Installation implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Installation.class);

    private static final int POSTGRES_PORT = 15432;
    private static final int REDIS_PORT = 16379;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Surroundings surroundings;
    private final DataFolder folder;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final List<StartingServer> starting = new ArrayList<>();
    private Tenant tenant = new Tenant(ProcessHandle.current().pid(), false, Map.of());

    public Installation(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.folder = new DataFolder(surroundings.dataFolder());
    }

    /**
     * Opens it for a program that runs until it is stopped. Servers of our own are still starting when this returns,
     * though their addresses are known: see {@link #awaitServers}.
     *
     * @throws IllegalStateException in one line, if one runs already or a server that the environment names is of no use
     */
    public synchronized void serve() {
        requireNamedServers();
        if (!surroundings.namesBoth()) {
            Waiting.until(() -> moveIn(true) || runningServer().isPresent(), PATIENCE, PAUSE);
            requireMovedIn();
        }
    }

    /** Opens it for a command: the running installation if there is one, else servers of our own until it is closed. */
    public synchronized void visit() {
        requireNamedServers();
        if (!surroundings.namesBoth()) {
            Waiting.until(() -> moveIn(false) || joinRunningServer(), PATIENCE, PAUSE);
            requireUrls();
            awaitServers();
        }
    }

    /**
     * Waits until the servers of our own take connections, and lets other programs find them.
     *
     * @throws IllegalStateException in one line, if one of them did not start
     */
    public synchronized void awaitServers() {
        if (!starting.isEmpty()) {
            starting.forEach(StartingServer::await);
            starting.clear();
            folder.enter(tenant);
            logServers();
        }
    }

    /** For a program that has nothing else to close before it. */
    public Installation closedAtExit() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "shutdown"));
        return this;
    }

    /** The URLs of the running installation by the names of their variables; none if none runs. Starts nothing. */
    public synchronized Map<String, String> urlsOfRunning() {
        var urls = new TreeMap<String, String>();
        if (folder.exists()) {
            runningServer().ifPresent(server -> urls.putAll(server.urls()));
        }
        surroundings.database().ifPresent(url -> urls.put(DATABASE, url.libpqUrl()));
        surroundings.redis().ifPresent(url -> urls.put(REDIS, url.text()));
        return urls;
    }

    /** Lets other programs on this machine find more of what runs here. */
    public synchronized void publish(Map<String, String> moreUrls) {
        if (isEmbedded()) {
            tenant = tenant.with(moreUrls);
            folder.enter(tenant);
        }
    }

    /** Whether a server of our own is used. */
    public boolean isEmbedded() {
        return !surroundings.namesBoth();
    }

    public DatabaseUrl database() {
        return surroundings.database().orElseGet(() -> DatabaseUrl.parse(url(DATABASE)));
    }

    public RedisUrl redis() {
        return surroundings.redis().orElseGet(() -> RedisUrl.parse(url(REDIS)));
    }

    /** What the Spring context has to know of it. */
    public Map<String, Object> properties() {
        var properties = new LinkedHashMap<String, Object>();
        properties.put("spring.datasource.url", database().jdbcUrl());
        database().userName().ifPresent(user -> properties.put("spring.datasource.username", user));
        database().secret().ifPresent(password -> properties.put("spring.datasource.password", password));
        properties.put("rowrunner.redis-url", redis().text());
        properties.put("rowrunner.embedded", isEmbedded());
        return properties;
    }

    @Override
    public synchronized void close() {
        starting.clear();
        while (!opened.isEmpty()) {
            closeQuietly(opened.pop());
        }
    }

    private void requireNamedServers() {
        surroundings.database().ifPresent(url -> DatabaseConnections.requireUsable(DATABASE, url));
        surroundings.redis().ifPresent(url -> RedisConnections.requireUsable(REDIS, url));
    }

    private boolean moveIn(boolean toServe) {
        var lock = folder.tryLock();
        lock.ifPresent(held -> {
            opened.push(held);
            folder.leave();
            opened.push(folder::leave);
            startServers();
            tenant = new Tenant(tenant.pid(), toServe, urls());
        });
        return lock.isPresent();
    }

    private void startServers() {
        if (surroundings.database().isEmpty()) {
            var postgres = new EmbeddedPostgres(folder.postgres(), folder.binaries(), Ports.freePort(POSTGRES_PORT));
            tenant = tenant.with(Map.of(DATABASE, postgres.url().libpqUrl()));
            begin(postgres, () -> postgres.start(Map.of()));
        }
        if (surroundings.redis().isEmpty()) {
            var redis = new EmbeddedRedis(folder.redis(), folder.binaries(), Ports.freePort(REDIS_PORT));
            tenant = tenant.with(Map.of(REDIS, redis.url().text()));
            begin(redis, () -> redis.start(Map.of()));
        }
    }

    private void begin(AutoCloseable server, Runnable start) {
        var begun = StartingServer.begin(server, start);
        opened.push(begun);
        starting.add(begun);
    }

    private void logServers() {
        if (surroundings.database().isEmpty()) {
            logServer("Embedded PostgreSQL runs", database().place());
        }
        if (surroundings.redis().isEmpty()) {
            logServer("Embedded Redis runs", redis().place());
        }
    }

    private void logServer(String message, String place) {
        log.atInfo().addKeyValue("folder", folder).addKeyValue("at", place).log(message);
    }

    private boolean joinRunningServer() {
        var server = runningServer();
        server.ifPresent(running -> tenant = running);
        return server.isPresent();
    }

    /** Looks at the lock first: what a killed program said of itself stays behind. */
    private Optional<Tenant> runningServer() {
        return folder.isLocked() ? folder.tenant().filter(Tenant::isServing) : Optional.empty();
    }

    private void requireMovedIn() {
        if (opened.isEmpty()) {
            var holder = folder.tenant()
                    .map(other -> " (process " + other.pid() + ")")
                    .orElse("");
            throw new IllegalStateException("Rowrunner runs already on " + folder + holder
                    + "; stop that one first, or set ROWRUNNER_DATA_DIR to another folder");
        }
    }

    private void requireUrls() {
        if (tenant.urls().isEmpty()) {
            throw new IllegalStateException("Another command has been using " + folder + " for " + PATIENCE.toSeconds()
                    + " s; try again when it has ended");
        }
    }

    private Map<String, String> urls() {
        return Map.of(DATABASE, database().libpqUrl(), REDIS, redis().text());
    }

    private String url(String variable) {
        return tenant.url(variable).orElseThrow(() -> new IllegalStateException("The installation is not open"));
    }

    /** One that can't be stopped must not keep the others from being stopped. */
    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            log.atError().setCause(e).log("Could not stop: " + e.getMessage());
        }
    }
}
