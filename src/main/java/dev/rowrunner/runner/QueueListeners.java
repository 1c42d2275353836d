package dev.rowrunner.runner;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Who listens to which queue, in whatever process, for those who want to know before they enqueue. Every method throws a
 * {@link org.springframework.dao.DataAccessException} where the database does not answer.
 */
@Component
public class QueueListeners {

    /**
     * Those that live, and those whose silence explains something: they may have been listening until just now. A second
     * less than others wait: who is told that somebody listens must not be told so ten seconds after his death.
     */
    private static final String WORKERS = """
            SELECT w.name, w.queues, w.kinds,
                   rowrunner.is_live(w) AND w.beat_at > clock_timestamp() - interval '9 seconds' AS live,
                   CASE WHEN w.ended_by = 'stopping' THEN 'is stopping'
                        ELSE 'was last heard of ' || extract(epoch FROM clock_timestamp() - w.beat_at)::int || ' s ago' END AS trouble
            FROM rowrunner.worker w
            WHERE rowrunner.is_live(w) OR w.ended_at IS NULL OR w.ended_by LIKE 'lost%' AND w.ended_at > clock_timestamp() - interval '1 hour'
            ORDER BY w.id
            """;

    private static final String QUEUE = """
            SELECT k.queue, q.paused FROM rowrunner.kind k LEFT JOIN rowrunner.queue q ON q.name = k.queue WHERE k.name = :kind
            """;

    private final JdbcClient jdbc;

    QueueListeners(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A worker.
     *
     * @param queues what it listens to; null: every queue
     * @param live it claims jobs; one that was frozen, cut off or killed is silent, and after ten seconds not live
     * @param trouble what keeps one that is not live, as in "worker x ..."
     */
    public record Worker(String name, @Nullable List<String> queues, List<String> kinds, boolean live, String trouble) {

        public boolean listensTo(String queue) {
            return queues == null || queues.contains(queue);
        }

        private String withQueues() {
            return name + " (" + (queues == null ? "every queue" : String.join(", ", new TreeSet<>(queues))) + ")";
        }
    }

    /** Why nobody would run a job now. */
    public enum Reason {
        QUEUE_PAUSED,
        NO_WORKER,
        WORKERS_SILENT,
        LISTEN_ELSEWHERE,
        NO_HANDLER
    }

    /** @param sentence for an operator; names the queue and the workers */
    public record Silence(String queue, Reason reason, String sentence) {}

    /** All that live, and those that were lost within an hour, the oldest first. */
    public List<Worker> workers() {
        return jdbc.sql(WORKERS).query((row, n) -> worker(row)).list();
    }

    /** Where the kind's jobs wait, by its declaration or the configuration. */
    public String queueOf(JobKind<?> kind) {
        return queue(kind).name();
    }

    /** Why a job of the kind, enqueued now, would not be run by anybody; nothing where one would. */
    public Optional<Silence> silence(JobKind<?> kind) {
        var queue = queue(kind);
        if (queue.paused()) {
            return Optional.of(new Silence(
                    queue.name(),
                    Reason.QUEUE_PAUSED,
                    "Queue '" + queue.name() + "' is paused: 'queue resume " + queue.name() + "' starts it again"));
        }
        return silence(queue.name(), kind.name(), workers());
    }

    private static Optional<Silence> silence(String queue, String kind, List<Worker> workers) {
        var live = workers.stream().filter(Worker::live).toList();
        var listening = live.stream().filter(worker -> worker.listensTo(queue)).toList();
        if (listening.stream().anyMatch(worker -> worker.kinds().contains(kind))) {
            return Optional.empty();
        }
        if (!listening.isEmpty()) {
            return Optional.of(new Silence(
                    queue,
                    Reason.NO_HANDLER,
                    "No live worker that listens to queue '" + queue + "' has a handler for kind '" + kind + "': "
                            + names(listening)));
        }
        var lost = workers.stream()
                .filter(worker -> !worker.live() && worker.listensTo(queue))
                .toList();
        if (!lost.isEmpty() || live.isEmpty()) {
            return Optional.of(lost.isEmpty() ? none(queue) : silent(queue, lost));
        }
        return Optional.of(new Silence(
                queue,
                Reason.LISTEN_ELSEWHERE,
                "No active worker listens to queue '" + queue + "', only to others: " + names(live)));
    }

    private static Silence none(String queue) {
        return new Silence(
                queue, Reason.NO_WORKER, "No active workers found listening to queue '" + queue + "': none is alive");
    }

    private static Silence silent(String queue, List<Worker> lost) {
        var newest = lost.get(lost.size() - 1);
        return new Silence(
                queue,
                Reason.WORKERS_SILENT,
                "No active workers found listening to queue '" + queue + "': worker " + newest.withQueues() + " "
                        + newest.trouble());
    }

    private static String names(List<Worker> workers) {
        return workers.stream().map(Worker::withQueues).collect(Collectors.joining(", "));
    }

    private record Queue(String name, boolean paused) {}

    private Queue queue(JobKind<?> kind) {
        return jdbc.sql(QUEUE)
                .param("kind", kind.name())
                .query((row, n) -> new Queue(row.getString("queue"), row.getBoolean("paused")))
                .single();
    }

    private static Worker worker(ResultSet row) throws SQLException {
        var queues = row.getArray("queues");
        return new Worker(
                row.getString("name"),
                queues == null ? null : texts(queues),
                texts(row.getArray("kinds")),
                row.getBoolean("live"),
                row.getString("trouble"));
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
