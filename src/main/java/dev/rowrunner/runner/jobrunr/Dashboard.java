package dev.rowrunner.runner.jobrunr;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.rowrunner.runner.DashboardGate;
import dev.rowrunner.runner.Roles;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jobrunr.dashboard.JobRunrApiHandler;
import org.jobrunr.dashboard.JobRunrSseHandler;
import org.jobrunr.dashboard.JobRunrStaticFileHandler;
import org.jobrunr.dashboard.server.HttpExchangeHandler;
import org.jobrunr.storage.ThreadSafeStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Serves JobRunr's dashboard on an own server: JobRunr's listens on all interfaces and knows one password. */
@Component
class Dashboard implements SmartLifecycle {

    private final Roles roles;
    private final DashboardProperties properties;
    private final DashboardGate gate;
    private final JobStorage storage;
    private final JsonMapper json;
    private @Nullable Running running;

    Dashboard(
            Roles roles,
            DashboardProperties properties,
            ObjectProvider<DashboardGate> gate,
            JobStorage storage,
            JsonMapper json) {
        this.roles = roles;
        this.properties = properties;
        this.gate = gate.getIfAvailable(() -> (name, secret) -> DashboardGate.Visitor.UNKNOWN);
        this.storage = storage;
        this.json = json;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.enabled() && (roles.worker() || roles.api());
    }

    /** Before the worker: a port in use is found before jobs run, and a drain can be watched. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    @Override
    public synchronized void start() {
        var server = listen();
        var threads = Executors.newCachedThreadPool(Dashboard::thread);
        var handlers = List.<HttpExchangeHandler>of(
                new JobRunrStaticFileHandler(),
                new JobRunrApiHandler(new ThreadSafeStorageProvider(storage), json, false),
                new JobRunrSseHandler(storage, json));
        var guard = new DashboardGuard(gate, hosts());
        handlers.forEach(handler -> server.createContext(handler.getContextPath(), handler)
                .getFilters()
                .add(guard));
        server.createContext("/", Dashboard::toDashboard).getFilters().add(guard);
        server.setExecutor(threads);
        server.start();
        running = new Running(server, threads, handlers);
    }

    private HttpServer listen() {
        var address = new InetSocketAddress(properties.address(), properties.port());
        try {
            return HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IllegalStateException(
                    "The dashboard can't listen on port " + properties.port() + " of " + properties.address() + " ("
                            + e.getMessage() + "): set rowrunner.dashboard.port to a free port,"
                            + " or stop the program that listens there",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The dashboard can't listen on " + address + "; see rowrunner.dashboard.address", e);
        }
    }

    /** Handlers load classes by the thread's class loader, which by default would not see into the jar. */
    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "dashboard");
        thread.setDaemon(true);
        thread.setContextClassLoader(Dashboard.class.getClassLoader());
        return thread;
    }

    private Set<String> hosts() {
        var own = Stream.of("localhost", "127.0.0.1", "[::1]", properties.address());
        return Stream.concat(own, properties.hosts().stream())
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void toDashboard(HttpExchange exchange) throws IOException {
        try (exchange) {
            var isRoot = exchange.getRequestURI().getPath().equals("/");
            exchange.getResponseHeaders().set("Location", "/dashboard");
            exchange.sendResponseHeaders(isRoot ? 302 : 404, -1);
        }
    }

    /** The port that it listens on, which differs from the configured one where that is 0. */
    synchronized int port() {
        if (running == null) {
            throw new IllegalStateException("The dashboard is not running");
        }
        return running.server().getAddress().getPort();
    }

    @Override
    public synchronized void stop() {
        if (running != null) {
            running.stop();
            running = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running != null;
    }

    private record Running(HttpServer server, ExecutorService threads, List<HttpExchangeHandler> handlers) {

        void stop() {
            handlers.forEach(HttpExchangeHandler::close);
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
