package dev.rowrunner.receipts;

import dev.rowrunner.receipts.sources.FolderSource;
import dev.rowrunner.receipts.sources.GmailSettings;
import dev.rowrunner.receipts.sources.GmailSource;
import dev.rowrunner.receipts.sources.ImapSource;
import dev.rowrunner.receipts.sources.Source;
import dev.rowrunner.receipts.sources.SourceFailure;
import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.Snooze;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * The sources that this process uses, kept open between jobs: who asks Gmail or an IMAP server for a thousand mails signs
 * in once. Turns what a source says into what becomes of the job.
 */
@Component
class OpenSources implements AutoCloseable {

    private static final int MOST = 500;
    private static final int REST_SECONDS = 10;

    private final Connections connections;
    private final ReceiptsProperties properties;
    private final Clock clock;
    private final Map<UUID, Open> open = new HashMap<>();
    private final ScheduledExecutorService resting = Executors.newSingleThreadScheduledExecutor(OpenSources::thread);

    OpenSources(Connections connections, ReceiptsProperties properties, Clock clock) {
        this.connections = connections;
        this.properties = properties;
        this.clock = clock;
        resting.scheduleWithFixedDelay(this::rest, REST_SECONDS, REST_SECONDS, TimeUnit.SECONDS);
    }

    private record Open(Source source, Instant changedAt) {}

    interface Use<T> {
        T of(Source source) throws IOException;
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "receipt-sources");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks the source of a connection.
     *
     * @throws SourceFailure.Gone which is the caller's business
     * @throws Discard if somebody has to connect the business anew, which is noted
     * @throws Snooze while the source wants to be left alone
     */
    <T> T use(Connection connection, Use<T> use) throws IOException {
        requireUsable(connection);
        try {
            var answer = use.of(of(connection));
            if (connection.resumeAt() != null) {
                connections.well(connection);
            }
            return answer;
        } catch (SourceFailure.ReconnectNeeded e) {
            connections.stop(connection, String.valueOf(e.getMessage()));
            close(connection.id());
            throw new Discard(reconnect(connection, String.valueOf(e.getMessage())), e);
        } catch (SourceFailure.Busy e) {
            throw new Snooze(connections.backOff(connection, e.retryAfter()), String.valueOf(e.getMessage()));
        }
    }

    private void requireUsable(Connection connection) {
        if (!connection.active()) {
            throw new Discard(reconnect(connection, String.valueOf(connection.reason())));
        }
        var resumeAt = connection.resumeAt();
        if (resumeAt != null && resumeAt.isAfter(clock.instant())) {
            throw new Snooze(resumeAt, "The " + connection + " wants to be left alone until " + resumeAt);
        }
    }

    private static String reconnect(Connection connection, String reason) {
        return "The " + connection + " needs to be reconnected: " + reason
                + ". POST /api/receipts/connections or 'receipts connect' does so";
    }

    private synchronized Source of(Connection connection) {
        var known = open.get(connection.id());
        if (known != null && known.changedAt().equals(connection.changedAt())) {
            return known.source();
        }
        close(connection.id());
        if (open.size() >= MOST) {
            close(open.keySet().iterator().next());
        }
        var source = source(connection);
        open.put(connection.id(), new Open(source, connection.changedAt()));
        return source;
    }

    private Source source(Connection connection) {
        var settings = connection.settings();
        return switch (connection.source()) {
            case FOLDER -> new FolderSource(Path.of(Objects.requireNonNull(settings.path())), clock);
            case IMAP -> new ImapSource(settings.toImap(), Objects.requireNonNull(connection.secret()));
            case GMAIL ->
                new GmailSource(
                        gmail(),
                        Objects.requireNonNull(connection.secret()),
                        Objects.requireNonNullElse(
                                settings.query(), properties.gmail().query()),
                        clock);
        };
    }

    private GmailSettings gmail() {
        var gmail = properties.gmail();
        if (gmail.clientId().isBlank() || gmail.clientSecret().isBlank()) {
            throw new IllegalStateException(
                    "receipts.gmail.client-id and receipts.gmail.client-secret are missing: Gmail is read in the name of a"
                            + " program that its owner has let in");
        }
        return new GmailSettings(gmail.rootUrl(), gmail.tokenUrl(), gmail.clientId(), gmail.clientSecret());
    }

    private synchronized void close(UUID connection) {
        var known = open.remove(connection);
        if (known != null) {
            known.source().close();
        }
    }

    private void rest() {
        sources().forEach(Source::rest);
    }

    private synchronized List<Source> sources() {
        return open.values().stream().map(Open::source).toList();
    }

    @Override
    public void close() {
        resting.shutdownNow();
        new ArrayList<>(open.keySet()).forEach(this::close);
    }
}
