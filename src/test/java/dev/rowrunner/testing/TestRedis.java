package dev.rowrunner.testing;

import dev.rowrunner.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.Map;

/** A throw-away Redis that a test may stop, kill and start again: on the same port, with what it had on the disk. */
public final class TestRedis implements AutoCloseable {

    private final Path folder;
    private final Map<String, String> settings;
    private final int port = Servers.anyPort();
    private EmbeddedRedis server;

    private TestRedis(Path folder, Map<String, String> settings) {
        this.folder = folder;
        this.settings = settings;
        this.server = launch();
        TestFolders.closeAtExit(this, folder);
    }

    /** Starts one whose settings of redis.conf are these over the program's own: append-only file, synced each second. */
    public static TestRedis start(Path folder, Map<String, String> settings) {
        return new TestRedis(folder, settings);
    }

    public static TestRedis start() {
        return start(TestFolders.make("redis"), Map.of());
    }

    /** Starts it again after {@link #stop} or {@link #kill}. */
    public void restart() {
        server = launch();
    }

    /** As SHUTDOWN does: what it has is on the disk before it goes, if it was told to keep anything. */
    public void stop() {
        server.close();
    }

    public void kill() {
        Processes.kill(server.pid());
    }

    /** With the password in it. */
    public String url() {
        return server.url().text();
    }

    @Override
    public void close() {
        stop();
    }

    private EmbeddedRedis launch() {
        return EmbeddedRedis.start(folder, TestFolders.BINARIES, port, settings);
    }
}
