package dev.rowrunner.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Stands between a program and PostgreSQL, and breaks connections where it hurts. */
public final class TestProxy implements AutoCloseable {

    /** How the server says that a commit is done. */
    private static final String COMMITTED = "COMMIT\0";

    /** How it says that it has answered, and that no transaction is open. */
    private static final String NO_TRANSACTION = "Z\0\0\0\5I";

    private static final String CHANGES_JOBS = "UPDATE rowrunner.job ";

    private final String host;
    private final int port;
    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile BooleanSupplier losesCommitAnswer = () -> false;
    private volatile boolean shut;

    private TestProxy(String host, int port, ServerSocket door) {
        this.host = host;
        this.port = port;
        this.door = door;
    }

    /** @param hostAndPort of the server */
    public static TestProxy start(String hostAndPort) {
        try {
            var parts = hostAndPort.split(":", 2);
            var door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            var proxy = new TestProxy(parts[0], Integer.parseInt(parts[1]), door);
            daemon(proxy::letIn);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String hostAndPort() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    /**
     * Asked at each commit, and after each statement that changes jobs and is a transaction of its own: whether the answer
     * is lost and the connection with it. The change itself is done. Such statements are known by their text, so the
     * driver must send it each time: {@code prepareThreshold=0}.
     */
    public void losesCommitAnswer(BooleanSupplier decision) {
        losesCommitAnswer = decision;
    }

    /** Breaks all connections and lets none in until {@link #unshut}. */
    public void shut() {
        shut = true;
        open.forEach(TestProxy::close);
    }

    public void unshut() {
        shut = false;
    }

    private void letIn() {
        while (!door.isClosed()) {
            try {
                connect(door.accept());
            } catch (IOException e) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        if (shut) {
            close(client);
            return;
        }
        try {
            var server = new Socket(host, port);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(client);
            open.add(server);
            var changing = new AtomicBoolean();
            daemon(() -> pass(client, server, text -> {
                if (text.contains(CHANGES_JOBS)) {
                    changing.set(true);
                }
                return false;
            }));
            daemon(() ->
                    pass(server, client, text -> hasCommitted(text, changing) && losesCommitAnswer.getAsBoolean()));
        } catch (IOException e) {
            close(client);
        }
    }

    private static boolean hasCommitted(String answer, AtomicBoolean changing) {
        return answer.contains(COMMITTED) | (answer.contains(NO_TRANSACTION) && changing.getAndSet(false));
    }

    private void pass(Socket from, Socket to, Predicate<String> breaks) {
        try (from;
                to) {
            var out = to.getOutputStream();
            for (var part = read(from.getInputStream()); part.length > 0; part = read(from.getInputStream())) {
                if (breaks.test(new String(part, ISO_8859_1))) {
                    return;
                }
                out.write(part);
            }
        } catch (IOException broken) {
            // The other side learns of it by its own socket's end.
            close(to);
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static byte[] read(InputStream in) throws IOException {
        var buffer = new byte[64 * 1024];
        int length = in.read(buffer);
        return Arrays.copyOf(buffer, Math.max(length, 0));
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "test-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        shut();
    }
}
