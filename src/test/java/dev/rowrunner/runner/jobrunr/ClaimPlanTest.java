package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.jobrunr.Allowance.Claimant;
import dev.rowrunner.runner.jobrunr.Lanes.Quota;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the claim reads, however many rows wait, are finished, or lie in a paused queue: the statement as {@link Claims}
 * sends it, on the engine's own connections, under EXPLAIN. With {@code -Drowrunner.plan.scale=10} ten times the rows.
 */
@Tag("slow")
@MachineRoomTest
class ClaimPlanTest {

    private static final int SCALE = Integer.getInteger("rowrunner.plan.scale", 1);
    private static final int WAITING = 100_000 * SCALE;
    private static final int PAUSED = 20_000 * SCALE;
    private static final int FINISHED = Integer.getInteger("rowrunner.plan.finished", 200_000 * SCALE);
    private static final int CLAIMED = 10_000 * SCALE;
    private static final int BATCH = 100;
    private static final int TENANTS = 5;

    /** The oldest of what waits are in a queue that is paused and of a kind without a handler. */
    private static final String FILL = """
            INSERT INTO rowrunner.queue (name, paused) VALUES ('held', true);
            INSERT INTO rowrunner.job (id, state, queue, kind, tenant, claim_key, updated_at, counted)
            SELECT gen_random_uuid(), 'SUCCEEDED', 'default', 'test.probe', 't' || n %% %2$d, now() - interval '2 days',
                   now() - interval '1 day' + n * interval '1 millisecond', true
            FROM generate_series(1, %1$d) AS n;
            INSERT INTO rowrunner.job (id, state, queue, kind, tenant, claim_key, updated_at, counted)
            SELECT gen_random_uuid(), 'ENQUEUED', CASE n %% 2 WHEN 0 THEN 'held' ELSE 'default' END,
                   CASE n %% 2 WHEN 0 THEN 'test.probe' ELSE 'test.gone' END, 't' || n %% %2$d,
                   now() - interval '1 day' + n * interval '1 millisecond', now(), true
            FROM generate_series(1, %3$d) AS n;
            INSERT INTO rowrunner.job (id, state, queue, kind, tenant, args, claim_key, updated_at, counted)
            SELECT gen_random_uuid(), 'ENQUEUED', 'default', 'test.probe', 't' || n %% %2$d, '{"name": "x"}',
                   now() - interval '1 hour' + n * interval '1 millisecond', now(), true
            FROM generate_series(1, %4$d) AS n;
            INSERT INTO rowrunner.job_count SELECT queue, state, count(*) FROM rowrunner.job GROUP BY queue, state
            """;

    @Autowired
    WorkerParts parts;

    @Autowired
    RunDueJobs runDueJobs;

    @Autowired
    JdbcClient jdbc;

    private final Lanes lanes = new Lanes();
    private final List<JsonNode> plans = new ArrayList<>();
    private Queues queues = Queues.NONE;
    private int worker;

    @BeforeEach
    void fill() {
        runDueJobs.clear();
        jdbc.sql("ALTER TABLE rowrunner.job SET (autovacuum_enabled = off)").update();
        jdbc.sql(FILL.formatted(FINISHED, TENANTS, 2 * PAUSED, WAITING)).update();
        worker = runDueJobs.worker();
        queues = new Look(parts.database().jdbc()).queues(queue -> true);
    }

    @AfterEach
    void empty() {
        jdbc.sql("ALTER TABLE rowrunner.job RESET (autovacuum_enabled)").update();
        runDueJobs.clear();
        jdbc.sql("DELETE FROM rowrunner.queue WHERE name = 'held'").update();
    }

    @Test
    void readsWhatItClaimsAndNoMore() throws SQLException {
        look();

        explain("right after the bulk load, without statistics");
        jdbc.sql("ANALYZE rowrunner.job").update();
        explain("with statistics");

        try (var idle = parts.database().connection()) {
            holdSnapshot(idle);
            claimMany();
            explain("beside a transaction that is idle since before " + CLAIMED + " claims");
            look();
            explain("the same after a look at all lanes");
            assertThat(buffersOf(fromTheBeginning())).isGreaterThan(3L * BATCH + 10 * TENANTS);
            idle.rollback();
        }
    }

    private void look() {
        var begin = System.nanoTime();
        new Look(parts.database().jdbc()).heads(queues, List.of("test.probe")).forEach(lanes::woke);
        System.out.println("a look at " + TENANTS + " lanes among " + (WAITING + 2 * PAUSED) + " waiting jobs took "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        assertThat(lanes.next(TENANTS, queues)).hasSize(TENANTS);
    }

    private static void holdSnapshot(Connection idle) throws SQLException {
        idle.setAutoCommit(false);
        idle.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        idle.createStatement().execute("SELECT count(*) FROM rowrunner.queue");
    }

    /** As a worker does, from place to place. */
    private void claimMany() {
        var jdbc = parts.database().jdbc();
        var claims = new Claims(jdbc, parts.database().transaction(), new Reserve(jdbc), parts.clock());
        for (int claimed = 0; claimed < CLAIMED; ) {
            claimed += claims.claim(lanes.next(1000, queues), claimant(), lanes).size();
        }
    }

    private Claimant claimant() {
        return new Claimant(worker, queues, scope -> 0);
    }

    private void explain(String when) throws SQLException {
        for (var mode : List.of("force_custom_plan", "force_generic_plan")) {
            explain(when, lanes.next(BATCH, queues), mode);
        }
    }

    /** What shows that the measure notices dead rows. */
    private List<Quota> fromTheBeginning() {
        return lanes.next(BATCH, queues).stream()
                .map(quota -> new Quota(quota.lane(), Place.at(Instant.EPOCH), quota.jobs()))
                .toList();
    }

    private long buffersOf(List<Quota> quotas) throws SQLException {
        return buffers(laneScan(scans(plan(quotas, "force_custom_plan"))));
    }

    private void explain(String when, List<Quota> quotas, String mode) throws SQLException {
        check(when + ", " + mode, plan(quotas, mode));
    }

    private JsonNode plan(List<Quota> quotas, String mode) throws SQLException {
        plans.clear();
        try (var connection = parts.database().connection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("SET LOCAL plan_cache_mode = " + mode);
            var explaining = JdbcClient.create(new SingleConnectionDataSource(explaining(connection), true));
            new Claims(explaining, TransactionOperations.withoutTransaction(), new Reserve(explaining), parts.clock())
                    .claim(quotas, claimant(), new Lanes());
            connection.rollback();
        }
        assertThat(plans).hasSize(1);
        return plans.get(0).get(0).get("Plan");
    }

    private static void check(String when, JsonNode plan) {
        var nodes = nodes(plan).toList();
        var types =
                nodes.stream().map(node -> node.get("Node Type").stringValue()).toList();
        assertThat(types).as(when).doesNotContain("Seq Scan", "Bitmap Heap Scan", "Sort", "Hash Join", "Merge Join");
        var scans = scans(plan);
        assertThat(scans)
                .as(when)
                .allMatch(node -> node.get("Node Type").stringValue().matches("(Index|Tid) .*"));
        var lane = laneScan(scans);
        System.out.println("claim of " + BATCH + " " + when + ": " + read(lane) + " rows and " + buffers(lane)
                + " buffers of job_lane_idx and the table, "
                + scans.stream().mapToLong(ClaimPlanTest::read).sum()
                + " rows by all scans");
        assertThat(read(lane)).as(when).isBetween((long) BATCH, 3L * BATCH);
        // Each row is fetched once, each lane's tree descended once: what is dead would show here and not among the
        // rows.
        assertThat(buffers(lane)).as(when).isLessThanOrEqualTo(3L * BATCH + 10 * TENANTS);
        assertThat(scans.stream().mapToLong(ClaimPlanTest::read).sum()).as(when).isLessThanOrEqualTo(3L * BATCH);
    }

    private static List<JsonNode> scans(JsonNode plan) {
        return nodes(plan)
                .filter(node -> node.has("Relation Name"))
                .filter(node -> node.get("Node Type").stringValue().contains("Scan"))
                .toList();
    }

    private static JsonNode laneScan(List<JsonNode> scans) {
        return scans.stream()
                .filter(node -> node.path("Index Name").asString().equals("job_lane_idx"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<JsonNode> nodes(JsonNode plan) {
        var children = plan.has("Plans")
                ? StreamSupport.stream(plan.get("Plans").spliterator(), false).flatMap(ClaimPlanTest::nodes)
                : Stream.<JsonNode>empty();
        return Stream.concat(Stream.of(plan), children);
    }

    private static long read(JsonNode scan) {
        double each = scan.get("Actual Rows").doubleValue()
                + number(scan, "Rows Removed by Filter")
                + number(scan, "Rows Removed by Index Recheck");
        return Math.round(each * scan.get("Actual Loops").longValue());
    }

    private static long buffers(JsonNode scan) {
        return (long) (number(scan, "Shared Hit Blocks") + number(scan, "Shared Read Blocks"));
    }

    private static double number(JsonNode scan, String name) {
        return scan.has(name) ? scan.get(name).doubleValue() : 0;
    }

    /** A connection on which the claim is explained, which runs it, and answers no rows. */
    private Connection explaining(Connection real) {
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("prepareStatement")
                    && arguments[0].toString().contains("picked")) {
                return explaining(
                        real, real.prepareStatement("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + arguments[0]));
            }
            return method.invoke(real, arguments);
        });
    }

    private PreparedStatement explaining(Connection connection, PreparedStatement real) {
        return proxy(PreparedStatement.class, (method, arguments) -> {
            if (!method.getName().equals("executeQuery")) {
                return method.invoke(real, arguments);
            }
            try (var rows = real.executeQuery()) {
                rows.next();
                plans.add(JsonMapper.shared().readTree(rows.getString(1)));
            }
            return connection.createStatement().executeQuery("SELECT WHERE false");
        });
    }

    private interface Answer {
        Object to(Method method, Object[] arguments) throws ReflectiveOperationException, SQLException;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                ClaimPlanTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return answer.to(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                }));
    }
}
