package dev.rowrunner.receipts.sources;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.gmail.Gmail;
import com.google.api.services.gmail.GmailRequest;
import com.google.api.services.gmail.model.History;
import com.google.api.services.gmail.model.HistoryMessageAdded;
import com.google.api.services.gmail.model.Message;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.UserCredentials;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variant;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A mailbox of Gmail. Everything is listed by a query, what is new by the mailbox' history. A history id is text for us:
 * it need not fit 64 bits.
 */
public final class GmailSource implements Source {

    private static final String ME = "me";
    private static final long PAGE = 100;

    /** Of a mailbox that has none: too old to be listed from, so that everything is. */
    private static final String OLDEST = "1";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final JsonFactory JSON = new JsonFactory();

    /** RFC 4648's for URLs, with or without padding. */
    private static final Base64Variant BASE64 = new Base64Variant(
                    "gmail",
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                    true,
                    '=',
                    Integer.MAX_VALUE)
            .withPaddingAllowed();

    /** As the listing of everything leaves them out. */
    private static final Set<String> NOT_LISTED = Set.of("DRAFT", "SPAM", "TRASH", "CHAT");

    private final Gmail gmail;
    private final GmailAnswers answers;
    private final String query;

    public GmailSource(GmailSettings settings, String refreshToken, String query, Clock clock) {
        HttpTransport transport = new NetHttpTransport();
        var credentials = UserCredentials.newBuilder()
                .setClientId(settings.clientId())
                .setClientSecret(settings.clientSecret())
                .setRefreshToken(refreshToken)
                .setTokenServerUri(settings.tokenUrl())
                .setHttpTransportFactory(() -> transport)
                .build();
        var signing = new HttpCredentialsAdapter(credentials);
        var builder = new Gmail.Builder(
                        transport, GsonFactory.getDefaultInstance(), request -> prepare(request, signing))
                .setApplicationName("rowrunner");
        if (settings.rootUrl() != null) {
            builder.setRootUrl(settings.rootUrl().toString().replaceFirst("/*$", "/"));
        }
        this.gmail = builder.build();
        this.answers = new GmailAnswers(clock);
        this.query = query;
    }

    private static void prepare(HttpRequest request, HttpCredentialsAdapter signing) throws IOException {
        signing.initialize(request);
        request.setConnectTimeout((int) TIMEOUT.toMillis());
        request.setReadTimeout((int) TIMEOUT.toMillis());
        // Retrying is the runner's job.
        request.setNumberOfRetries(1);
    }

    // ---- listing

    /**
     * Where a listing goes on.
     *
     * @param all by the query, or else by the history
     * @param from where the history begins; of a listing of everything, where the next incremental one will
     * @param pageToken null: at the beginning
     */
    private record Walk(
            boolean all,
            String from,
            String until,
            long seen,
            @Nullable String pageToken) {

        String text() {
            return (all ? "all " : "new ") + from + " " + until + " " + seen + " "
                    + (pageToken == null ? "" : pageToken);
        }

        static Walk parse(String text) {
            var words = text.split(" ", 5);
            return new Walk(
                    words[0].equals("all"),
                    words[1],
                    words[2],
                    Long.parseLong(words[3]),
                    words[4].isEmpty() ? null : words[4]);
        }
    }

    @Override
    public Page page(boolean full, @Nullable String position, @Nullable String scan) throws IOException {
        var walk = scan == null ? begin(full, position) : Walk.parse(scan);
        try {
            return page(walk);
        } catch (GoogleJsonResponseException e) {
            if (e.getStatusCode() == 400 && walk.pageToken() != null) {
                // Tokens of pages end some time. What was listed before is known by its id.
                return page(new Walk(walk.all(), walk.from(), walk.until(), 0, null));
            }
            throw e;
        }
    }

    private Page page(Walk walk) throws IOException {
        if (walk.all()) {
            return pageOfAll(walk);
        }
        try {
            return pageOfHistory(walk);
        } catch (SourceFailure.Gone tooOld) {
            return pageOfAll(beginAll());
        }
    }

    private Walk begin(boolean full, @Nullable String position) throws IOException {
        return full || position == null ? beginAll() : new Walk(false, position, "", 0, null);
    }

    /** The id is asked for before the listing: what comes meanwhile is listed by the next incremental one. */
    private Walk beginAll() throws IOException {
        var historyId = historyId();
        return new Walk(true, historyId, historyId, 0, null);
    }

    private String historyId() throws IOException {
        try {
            return ask(gmail.users().getProfile(ME)).getHistoryId().toString();
        } catch (SourceFailure.Gone noProfile) {
            return historyIdOfNewest();
        }
    }

    /** The other way that Google describes. */
    private String historyIdOfNewest() throws IOException {
        var newest = ask(gmail.users().messages().list(ME).setMaxResults(1L)).getMessages();
        return newest == null
                ? OLDEST
                : ask(gmail.users().messages().get(ME, newest.get(0).getId()).setFormat("minimal"))
                        .getHistoryId()
                        .toString();
    }

    private Page pageOfAll(Walk walk) throws IOException {
        var answer = ask(gmail.users()
                .messages()
                .list(ME)
                .setQ(query)
                .setMaxResults(PAGE)
                .setPageToken(walk.pageToken()));
        var messages = answer.getMessages() == null ? List.<Message>of() : answer.getMessages();
        long seen = walk.seen() + messages.size();
        long estimate = answer.getResultSizeEstimate() == null ? 0 : answer.getResultSizeEstimate();
        return page(
                messages.stream(),
                new Walk(true, walk.from(), walk.until(), seen, answer.getNextPageToken()),
                Math.max(seen, estimate));
    }

    private Page pageOfHistory(Walk walk) throws IOException {
        var answer = ask(gmail.users()
                .history()
                .list(ME)
                .setStartHistoryId(new BigInteger(walk.from()))
                .setHistoryTypes(List.of("messageAdded"))
                .setMaxResults(PAGE)
                .setPageToken(walk.pageToken()));
        var history = answer.getHistory() == null ? List.<History>of() : answer.getHistory();
        var added = history.stream()
                .flatMap(entry -> entry.getMessagesAdded() == null
                        ? Stream.<HistoryMessageAdded>empty()
                        : entry.getMessagesAdded().stream())
                .map(HistoryMessageAdded::getMessage)
                .filter(GmailSource::isListed)
                .toList();
        // The first page's: what comes while the others are listed is told by the next listing.
        var until = walk.until().isEmpty() ? String.valueOf(answer.getHistoryId()) : walk.until();
        long seen = walk.seen() + added.size();
        return page(added.stream(), new Walk(false, walk.from(), until, seen, answer.getNextPageToken()), seen);
    }

    private static boolean isListed(Message message) {
        return message.getLabelIds() == null || message.getLabelIds().stream().noneMatch(NOT_LISTED::contains);
    }

    private static Page page(Stream<Message> messages, Walk next, long total) {
        var listed = messages.map(message -> new Listed(message.getId(), message.getId(), ""))
                .toList();
        return next.pageToken() == null ? Page.last(listed, next.until(), total) : Page.of(listed, next.text(), total);
    }

    private <T> T ask(GmailRequest<T> request) throws IOException {
        try {
            return request.execute();
        } catch (IOException e) {
            throw answers.failure(e);
        }
    }

    // ---- fetching

    /** As a stream: neither the answer nor the mail is ever in memory as a whole. */
    @Override
    public void fetch(Listed message, OutputStream to) throws IOException {
        var request = gmail.users().messages().get(ME, message.place()).setFormat("raw");
        try (var answer = request.executeAsInputStream();
                var json = JSON.createParser(ObjectReadContext.empty(), answer)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING && "raw".equals(json.currentName())) {
                    json.readBinaryValue(BASE64, to);
                    return;
                }
            }
            throw new IOException("Gmail has sent no content of message " + message.id());
        } catch (JacksonException e) {
            throw e.getCause() instanceof IOException cause
                    ? cause
                    : new IOException("Gmail's answer for message " + message.id() + " can't be read", e);
        } catch (IOException e) {
            throw answers.failure(e);
        }
    }

    @Override
    public void close() {}
}
