package dev.rowrunner.testing;

import dev.rowrunner.postgres.DatabaseUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/** The one real PostgreSQL and the one real Redis that all tests of a run share. They end with the test process. */
public final class Servers {

    private static final TestPostgres POSTGRES =
            TestPostgres.start(TestFolders.make("postgres"), Map.of("max_connections", "200"));
    private static final TestRedis REDIS = TestRedis.start(TestFolders.make("redis"), Map.of("appendonly", "no"));

    private Servers() {}

    public static DatabaseUrl databaseUrl() {
        return POSTGRES.url();
    }

    /** With user and password in it. */
    public static String jdbcUrl() {
        return POSTGRES.jdbcUrl();
    }

    /** Makes a database for tests whose workers must not touch the jobs of others. Answers its URL. */
    public static String newDatabase(String name) {
        return POSTGRES.newDatabase(name);
    }

    /** With the password in it. */
    public static String redisUrl() {
        return REDIS.url();
    }

    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static int anyPort() {
        try {
            return freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
