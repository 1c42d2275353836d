package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Actor;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.JobOptions;
import dev.rowrunner.runner.Jobs;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jobrunr.jobs.Job;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stores jobs in the caller's transaction and wakes the workers after it. Where there is none, callers who come at the
 * same time share one.
 */
@Component
class TransactionalJobs implements Jobs {

    private static final int MOST_AT_ONCE = 5000;
    private static final int MOST_IN_A_GROUP = 100;

    /** Characters; longer ones may have to be kept beside the job's row. */
    private static final int SHORT_ARGS = 400;

    /** What the function says of a queue that does not exist, among others. */
    private static final String INVALID_PARAMETER_VALUE = "22023";

    /**
     * What the function below does for jobs that nothing is said of, in one statement: with it a fifth more transactions. It
     * stores none where another process has declared more of the kind than this one knows.
     */
    private static final String INSERT_PLAIN = """
            WITH counted AS (
                INSERT INTO rowrunner.job_count
                SELECT queue.name, 'ENQUEUED', :jobs::int FROM rowrunner.queue CROSS JOIN rowrunner.kind
                WHERE queue.name = :queue AND kind.name = :kind
                  AND kind.unique_while IS NULL AND kind.key_arg IS NULL AND kind.tenant_arg IS NULL
                RETURNING queue)
            INSERT INTO rowrunner.job (id, state, queue, kind, priority, args, claim_key, created_at, updated_at, counted)
            SELECT job.id, 'ENQUEUED', counted.queue, :kind, :priority::int, job.args, rowrunner.claim_key(:now, :priority::int),
                   :now, :now, true
            FROM counted CROSS JOIN unnest(:ids::uuid[], :args::jsonb[]) AS job(id, args)
            """;

    private static final String INSERT = """
            SELECT rowrunner.insert_jobs(:kind, :ids::uuid[], :args::jsonb[], :queue, :tenant, :priority, :runAt, :uniqueKey,
                                         :concurrencyKey, NULL, :now)
            """;

    private final Handlers handlers;
    private final JsonArgs jsonArgs;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final Bell bell;
    private final TransactionTemplate transaction;
    private final GroupCommit<Wanted, List<UUID>> commits;

    TransactionalJobs(
            Handlers handlers,
            JsonArgs jsonArgs,
            JdbcClient jdbc,
            Clock clock,
            Bell bell,
            PlatformTransactionManager transactions) {
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
        this.jdbc = jdbc;
        this.clock = clock;
        this.bell = bell;
        this.transaction = new TransactionTemplate(transactions);
        this.commits = new GroupCommit<>(this::enqueueTogether);
    }

    @Override
    public <A> List<UUID> enqueueAll(JobKind<A> kind, Collection<? extends A> args, JobOptions options) {
        var known = known(kind);
        var json = args.stream().map(one -> jsonArgs.write(kind, one)).toList();
        var wanted = new Wanted(known, options, json);
        return sharesItsCommit(wanted)
                ? commits.run(wanted)
                : transaction.execute(status -> enqueueAll(List.of(wanted))).get(0);
    }

    /** What one caller enqueues. */
    private record Wanted(JobKind<?> kind, JobOptions options, List<String> args) {

        /** May wait for another transaction, and nobody else should. */
        boolean mayWait() {
            return kind.unique() != null || options.uniqueKey() != null;
        }

        boolean goesWith(Wanted other) {
            return kind == other.kind && options.equals(other.options) && !mayWait();
        }
    }

    /** Outside a transaction, what is short and signed by nobody. */
    private static boolean sharesItsCommit(Wanted wanted) {
        return !TransactionSynchronizationManager.isSynchronizationActive()
                && !TransactionSynchronizationManager.isActualTransactionActive()
                && wanted.args().size() <= MOST_IN_A_GROUP
                && !wanted.mayWait()
                && Actor.current() == null;
    }

    /** One statement is a transaction of its own, and spares the round trip of a commit. */
    private List<List<UUID>> enqueueTogether(List<Wanted> all) {
        var first = all.get(0);
        int jobs = all.stream().mapToInt(wanted -> wanted.args().size()).sum();
        return jobs <= MOST_AT_ONCE && all.stream().allMatch(wanted -> wanted.goesWith(first))
                ? enqueueAll(all)
                : transaction.execute(status -> enqueueAll(all));
    }

    /** What goes together is stored by one statement. */
    private List<List<UUID>> enqueueAll(List<Wanted> all) {
        var ids = new ArrayList<List<UUID>>(all.size());
        for (int from = 0, to; from < all.size(); from = to) {
            var first = all.get(from);
            var args = new ArrayList<>(first.args());
            for (to = from + 1; to < all.size() && all.get(to).goesWith(first); to++) {
                args.addAll(all.get(to).args());
            }
            var stored = insertAll(first.kind(), args, first.options());
            int n = 0;
            for (var wanted : all.subList(from, to)) {
                ids.add(List.copyOf(stored.subList(n, n += wanted.args().size())));
            }
        }
        return ids;
    }

    private List<UUID> insertAll(JobKind<?> kind, List<String> args, JobOptions options) {
        var ids = new ArrayList<UUID>(args.size());
        for (int from = 0; from < args.size(); from += MOST_AT_ONCE) {
            ids.addAll(insert(kind, args.subList(from, Math.min(args.size(), from + MOST_AT_ONCE)), options));
        }
        return ids;
    }

    /** As it is configured here; its args are those that its handler reads. */
    private JobKind<?> known(JobKind<?> kind) {
        var known = handlers.of(kind.name()).kind();
        if (!known.args().equals(kind.args())) {
            throw new IllegalArgumentException("The args of kind '" + kind.name() + "' are "
                    + known.args().getName() + ", not " + kind.args().getName());
        }
        return known;
    }

    private List<UUID> insert(JobKind<?> kind, List<String> args, JobOptions options) {
        var now = clock.instant();
        var ids = Stream.generate(Job::newUUID).limit(args.size()).toList();
        var dueAt = options.dueAt(now);
        try {
            if (isPlain(kind, args, options) && insertPlain(kind, ids, args, options, now)) {
                ringAfterCommit(lanes(kind, args, options, now));
                return ids;
            }
            var stored = jdbc.sql(INSERT)
                    .param("kind", kind.name())
                    .param("ids", texts(ids))
                    .param("args", args.toArray(String[]::new))
                    .param("queue", queue(kind, options))
                    .param("tenant", options.tenant())
                    .param("priority", priority(kind, options))
                    .param("runAt", dueAt == null ? null : dueAt.atOffset(ZoneOffset.UTC))
                    .param("uniqueKey", options.uniqueKey())
                    .param("concurrencyKey", options.concurrencyKey())
                    .param("now", now.atOffset(ZoneOffset.UTC))
                    .query((row, n) -> uuids(row.getArray(1)))
                    .single();
            if (dueAt == null || !dueAt.isAfter(now)) {
                ringAfterCommit(lanes(kind, args, options, now));
            }
            return stored;
        } catch (DataAccessException e) {
            throw refusal(e);
        }
    }

    private static boolean isPlain(JobKind<?> kind, List<String> args, JobOptions options) {
        return Stream.of(
                                kind.unique(),
                                kind.limits().keyArg(),
                                kind.tenantArg(),
                                options.uniqueKey(),
                                options.concurrencyKey(),
                                options.tenant(),
                                options.runAt(),
                                options.delay(),
                                Actor.current())
                        .allMatch(Objects::isNull)
                && args.stream().allMatch(one -> one.length() <= SHORT_ARGS);
    }

    /** Answers false, and stores none, where the queue does not exist or the kind is not plain any more. */
    private boolean insertPlain(JobKind<?> kind, List<UUID> ids, List<String> args, JobOptions options, Instant now) {
        int stored = jdbc.sql(INSERT_PLAIN)
                .param("jobs", ids.size())
                .param("kind", kind.name())
                .param("ids", texts(ids))
                .param("args", args.toArray(String[]::new))
                .param("queue", queue(kind, options))
                .param("priority", priority(kind, options))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        return stored > 0;
    }

    private static String[] texts(List<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }

    private static List<UUID> uuids(Array ids) throws SQLException {
        return Arrays.asList((UUID[]) ids.getArray());
    }

    private static RuntimeException refusal(DataAccessException e) {
        return e.getRootCause() instanceof PSQLException refused
                        && INVALID_PARAMETER_VALUE.equals(refused.getSQLState())
                        && refused.getServerErrorMessage() != null
                ? new IllegalArgumentException(said(refused.getServerErrorMessage()))
                : e;
    }

    private static String said(ServerErrorMessage refusal) {
        return refusal.getMessage() + (refusal.getHint() == null ? "" : ". " + refusal.getHint());
    }

    private Map<Lane, Instant> lanes(JobKind<?> kind, List<String> args, JobOptions options, Instant now) {
        var queue = queue(kind, options);
        int priority = priority(kind, options);
        var key = now.minus(Duration.ofMinutes(priority));
        if (options.tenant() != null || kind.tenantArg() == null) {
            return Map.of(new Lane(queue, kind.name(), text(options.tenant())), key);
        }
        var lanes = new HashMap<Lane, Instant>();
        args.forEach(one ->
                lanes.put(new Lane(queue, kind.name(), text(jsonArgs.valueOf(one, kind.tenantArg()))), key));
        return lanes;
    }

    private static String queue(JobKind<?> kind, JobOptions options) {
        return options.queue() == null ? kind.queue() : options.queue();
    }

    private static int priority(JobKind<?> kind, JobOptions options) {
        return options.priority() == null ? kind.priority() : options.priority();
    }

    private static String text(@Nullable String tenant) {
        return tenant == null ? "" : tenant;
    }

    private void ringAfterCommit(Map<Lane, Instant> lanes) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            bell.ring(lanes);
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                bell.ring(lanes);
            }
        });
    }
}
