package dev.rowrunner.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What was spent until now: processor time here and in PostgreSQL, its write-ahead log, its commits. */
record Costs(double ownSeconds, double postgresSeconds, long walBytes, long commits) {

    private static final double TICKS_PER_SECOND = 100;

    static Costs now(Database database, long postmaster) {
        try (var pool = database.pool(1)) {
            var jdbc = JdbcClient.create(pool);
            // A session that has just ended tells its counts late; these are of the whole server.
            var row = jdbc.sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS wal,"
                            + " (SELECT sum(xact_commit) FROM pg_stat_database)::bigint AS commits")
                    .query()
                    .singleRow();
            return new Costs(
                    own(),
                    postgres(postmaster),
                    ((Number) row.get("wal")).longValue(),
                    ((Number) row.get("commits")).longValue());
        }
    }

    private static double own() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** Of the server's processes, those that have ended included; not a number where there is no /proc. */
    private static double postgres(long postmaster) {
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return Double.NaN;
        }
        var pids = new ArrayList<>(List.of(postmaster));
        ProcessHandle.of(postmaster).ifPresent(server -> server.children().forEach(child -> pids.add(child.pid())));
        double own = pids.stream().mapToDouble(pid -> ticks(pid, 13, 14)).sum();
        return (own + ticks(postmaster, 15, 16)) / TICKS_PER_SECOND;
    }

    private static double ticks(long pid, int user, int system) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = ("0 0 " + stat.substring(stat.lastIndexOf(')') + 2)).split(" ");
            return Double.parseDouble(fields[user]) + Double.parseDouble(fields[system]);
        } catch (IOException gone) {
            return 0;
        }
    }

    Costs minus(Costs before) {
        return new Costs(
                ownSeconds - before.ownSeconds,
                postgresSeconds - before.postgresSeconds,
                walBytes - before.walBytes,
                commits - before.commits);
    }
}
