package dev.rowrunner.accounts;

import dev.rowrunner.postgres.Times;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Scope;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Account sync from the command line. */
@Command(
        name = "accounts",
        description = "Syncs accounts: enqueues, and shows what became of it.",
        mixinStandardHelpOptions = true,
        subcommands = {AccountsCommand.Sync.class, AccountsCommand.Log.class, AccountsCommand.Try.class})
class AccountsCommand {

    /** Enqueues; a worker does it. */
    @Component
    @Scope("prototype")
    @Command(name = "sync", description = "Enqueues a sync of one account.", mixinStandardHelpOptions = true)
    static class Sync implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Parameters(index = "0", paramLabel = "USER")
        String user;

        @Parameters(index = "1", paramLabel = "ACCOUNT")
        String account;

        @Option(names = "--since-days", paramLabel = "N", description = "How far back; else from the last sync on")
        @Nullable
        Integer sinceDays;

        private final AccountSync accountSync;
        private final Clock clock;

        Sync(AccountSync accountSync, Clock clock) {
            this.accountSync = accountSync;
            this.clock = clock;
        }

        @Override
        public Integer call() {
            if (!accountSync.isLinked(user, account)) {
                throw new IllegalArgumentException("User '" + user + "' has no account '" + account
                        + "'; 'rowrunner sql \"SELECT * FROM aa_accounts\"' lists them");
            }
            var since = sinceDays == null ? null : clock.instant().minus(Duration.ofDays(sinceDays));
            var queued = accountSync.enqueue(user, account, since);
            spec.commandLine().getOut().println(queued ? "queued" : "a sync of it waits or runs already");
            return 0;
        }
    }

    /** Prints the newest attempts. */
    @Component
    @Scope("prototype")
    @Command(name = "log", description = "Prints the newest attempts to sync.", mixinStandardHelpOptions = true)
    static class Log implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Option(names = "--limit", defaultValue = "20", description = "How many (default ${DEFAULT-VALUE})")
        int limit;

        private final Attempts attempts;

        Log(Attempts attempts) {
            this.attempts = attempts;
        }

        @Override
        public Integer call() {
            attempts.print(attempts.newest(limit), spec.commandLine().getOut());
            return 0;
        }
    }

    /** Shows that it works: syncs each account of the sandbox's user, and waits for what the worker makes of it. */
    @Component
    @Scope("prototype")
    @Command(
            name = "test",
            description = "Enqueues a sync of each account of a user and waits until the worker has processed them.",
            mixinStandardHelpOptions = true)
    static class Try implements Callable<Integer> {

        private static final Duration PATIENCE = Duration.ofSeconds(60);
        private static final Duration PAUSE = Duration.ofMillis(200);

        @Spec
        CommandSpec spec;

        @Option(names = "--user", defaultValue = ConnectSandboxUser.USER, description = "Default ${DEFAULT-VALUE}")
        String user;

        private final Attempts attempts;
        private final AccountSync accountSync;
        private final Clock clock;

        Try(Attempts attempts, AccountSync accountSync, Clock clock) {
            this.attempts = attempts;
            this.accountSync = accountSync;
            this.clock = clock;
        }

        @Override
        public Integer call() throws InterruptedException {
            var accounts = attempts.accountsOf(user);
            if (accounts.isEmpty()) {
                throw new IllegalArgumentException("User '" + user + "' has no accounts; the sandbox's user "
                        + ConnectSandboxUser.USER + " is connected when the program first runs on its own servers");
            }
            var since = clock.instant().minus(Duration.ofDays(7));
            var jobs = accounts.stream()
                    .flatMap(account -> accountSync.queued(user, account, since).stream())
                    .toList();
            var out = spec.commandLine().getOut();
            out.println(jobs.size() + " syncs enqueued");
            out.flush();
            var done = await(jobs);
            attempts.print(attempts.of(jobs), out);
            return done ? 0 : 1;
        }

        private boolean await(List<UUID> jobs) throws InterruptedException {
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (attempts.unfinished(jobs) > 0) {
                if (System.nanoTime() > until) {
                    spec.commandLine()
                            .getErr()
                            .println(attempts.unfinished(jobs) + " of them are not done after " + PATIENCE.toSeconds()
                                    + " s. Does a worker run? 'make run-worker' starts one.");
                    return false;
                }
                Thread.sleep(PAUSE.toMillis());
            }
            return true;
        }
    }

    /** What the commands show. */
    @Component
    static class Attempts {

        private static final String SHOWN = """
                SELECT user_id, account_id, attempt, started_at, coalesce(outcome, 'running') AS outcome, fetched, new, changed,
                       duplicates, coalesce(error, '') AS error
                FROM aa_sync_log
                """;

        private final JdbcClient jdbc;

        Attempts(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        record Line(
                String user,
                String account,
                int attempt,
                String startedAt,
                String outcome,
                int fetched,
                int added,
                int changed,
                int duplicates,
                String error) {}

        List<Line> newest(int limit) {
            return lines(SHOWN + "ORDER BY id DESC LIMIT :key", limit);
        }

        List<Line> of(List<UUID> jobs) {
            return lines(
                    SHOWN + "WHERE job_id = ANY (:key::uuid[]) ORDER BY id",
                    jobs.stream().map(UUID::toString).toArray(String[]::new));
        }

        private List<Line> lines(String sql, Object key) {
            return jdbc.sql(sql)
                    .param("key", key)
                    .query((row, n) -> new Line(
                            row.getString("user_id"),
                            row.getString("account_id"),
                            row.getInt("attempt"),
                            Times.known(row, "started_at").toString(),
                            row.getString("outcome"),
                            row.getInt("fetched"),
                            row.getInt("new"),
                            row.getInt("changed"),
                            row.getInt("duplicates"),
                            row.getString("error")))
                    .list();
        }

        void print(List<Line> lines, PrintWriter out) {
            out.printf(
                    "%-10s %-12s %7s  %-27s %-11s %7s %7s %7s %10s  %s%n",
                    "user", "account", "attempt", "started", "outcome", "fetched", "new", "changed", "duplicates", "");
            lines.forEach(line -> out.printf(
                    "%-10s %-12s %7d  %-27s %-11s %7d %7d %7d %10d  %s%n",
                    line.user(),
                    line.account(),
                    line.attempt(),
                    line.startedAt(),
                    line.outcome(),
                    line.fetched(),
                    line.added(),
                    line.changed(),
                    line.duplicates(),
                    line.error()));
        }

        List<String> accountsOf(String user) {
            return jdbc.sql("SELECT account_id FROM aa_accounts WHERE user_id = :user ORDER BY account_id")
                    .param("user", user)
                    .query(String.class)
                    .list();
        }

        long unfinished(List<UUID> jobs) {
            return jdbc.sql("SELECT count(*) FROM rowrunner.job WHERE id = ANY (:jobs::uuid[])"
                            + " AND state IN ('ENQUEUED', 'PROCESSING')")
                    .param("jobs", jobs.stream().map(UUID::toString).toArray(String[]::new))
                    .query(Long.class)
                    .single();
        }
    }
}
