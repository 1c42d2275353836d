package dev.rowrunner.chaos;

import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Enqueues jobs from plain SQL, a few at a time, and keeps the ids of those whose commit was acknowledged. */
final class Enqueueing implements Runnable {

    private static final int BATCH = 25;

    private static final String ENQUEUE =
            "SELECT rowrunner.enqueue(?, ?::jsonb, run_at => clock_timestamp() + ? * interval '1 ms')";

    private final String jdbcUrl;
    private final int jobs;
    private final Duration time;
    private final Random random;
    private final List<UUID> acknowledged = new CopyOnWriteArrayList<>();

    Enqueueing(String jdbcUrl, int jobs, Duration time, long seed) {
        this.jdbcUrl = jdbcUrl;
        this.jobs = jobs;
        this.time = time;
        this.random = new Random(seed + 1);
    }

    List<UUID> acknowledged() {
        return acknowledged;
    }

    @Override
    public void run() {
        long began = System.nanoTime();
        while (acknowledged.size() < jobs) {
            long due = began + time.toNanos() * acknowledged.size() / jobs;
            long millis = TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime());
            await().pollDelay(Math.max(millis, 0), TimeUnit.MILLISECONDS)
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> true);
            enqueueSome();
        }
    }

    /** Where the database is away the batch may or may not be stored, and nobody has promised it. */
    private void enqueueSome() {
        var ids = new UUID[BATCH];
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.prepareStatement(ENQUEUE)) {
            connection.setAutoCommit(false);
            for (int i = 0; i < BATCH; i++) {
                bind(statement);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    ids[i] = rows.getObject(1, UUID.class);
                }
            }
            connection.commit();
            acknowledged.addAll(List.of(ids));
        } catch (SQLException away) {
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        }
    }

    private static String kind(int dice) {
        if (dice < 8) {
            return "slow";
        }
        if (dice < 15) {
            return "failing";
        }
        if (dice < 18) {
            return "doomed";
        }
        if (dice < 25) {
            return "limited";
        }
        return dice < 32 ? "keyed" : "quick";
    }

    private void bind(PreparedStatement statement) throws SQLException {
        int dice = random.nextInt(100);
        var kind = kind(dice);
        int millis = dice < 8 ? 1500 + random.nextInt(2500) : 5 + random.nextInt(120);
        int failures = kind.equals("failing") ? 1 : kind.equals("doomed") ? 99 : 0;
        statement.setString(1, "chaos." + kind);
        statement.setString(
                2,
                "{\"millis\": %d, \"failures\": %d, \"key\": \"k%d\"}".formatted(millis, failures, random.nextInt(5)));
        statement.setInt(3, random.nextInt(10) == 0 ? random.nextInt(3000) : 0);
    }
}
