package dev.rowrunner.embedded;

import dev.rowrunner.postgres.DatabaseUrl;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says about the servers. A variable that is absent or blank means our own server.
 *
 * @param dataFolder where our own servers keep their data
 */
public record Surroundings(
        @Nullable DatabaseUrl databaseUrl, @Nullable RedisUrl redisUrl, Path dataFolder) {

    public static final String DATABASE = "DATABASE_URL";
    public static final String REDIS = "REDIS_URL";

    /**
     * Reads the variables.
     *
     * @param environment the variables DATABASE_URL, REDIS_URL and ROWRUNNER_DATA_DIR
     * @throws IllegalArgumentException naming the variable that can't be read and what is wrong with it
     */
    public static Surroundings of(Map<String, String> environment) {
        return new Surroundings(
                text(environment, DATABASE).map(Surroundings::databaseUrl).orElse(null),
                text(environment, REDIS).map(Surroundings::redisUrl).orElse(null),
                Path.of(text(environment, "ROWRUNNER_DATA_DIR").orElse(".data")));
    }

    /** Of this process. */
    public static Surroundings ofProcess() {
        return of(System.getenv());
    }

    public Surroundings withDataFolder(Path folder) {
        return new Surroundings(databaseUrl, redisUrl, folder);
    }

    Optional<DatabaseUrl> database() {
        return Optional.ofNullable(databaseUrl);
    }

    Optional<RedisUrl> redis() {
        return Optional.ofNullable(redisUrl);
    }

    boolean namesBoth() {
        return databaseUrl != null && redisUrl != null;
    }

    private static Optional<String> text(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isBlank());
    }

    private static DatabaseUrl databaseUrl(String text) {
        try {
            return DatabaseUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(DATABASE + " " + e.getMessage(), e);
        }
    }

    private static RedisUrl redisUrl(String text) {
        try {
            return RedisUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(REDIS + " " + e.getMessage(), e);
        }
    }
}
