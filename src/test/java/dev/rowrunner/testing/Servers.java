package dev.rowrunner.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.sql.SQLException;
import redis.embedded.RedisServer;

/** The one real PostgreSQL and the one real Redis that all tests of a run share. They end with the test process. */
public final class Servers {

    private static final EmbeddedPostgres POSTGRES = startPostgres();
    private static final int REDIS_PORT = startRedis();

    private Servers() {}

    public static String jdbcUrl() {
        return POSTGRES.getJdbcUrl("postgres", "postgres");
    }

    /** Makes a database for tests whose workers must not touch the jobs of others. Answers its URL. */
    public static String newDatabase(String name) {
        try (var connection = POSTGRES.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            return POSTGRES.getJdbcUrl("postgres", name);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not create database " + name, e);
        }
    }

    public static String redisUrl() {
        return "redis://127.0.0.1:" + REDIS_PORT;
    }

    private static EmbeddedPostgres startPostgres() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("fsync", System.getProperty("rowrunner.test.fsync", "off"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int startRedis() {
        try {
            int port = freePort();
            RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .build()
                    .start();
            return port;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
