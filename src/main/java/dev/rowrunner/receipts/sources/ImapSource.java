package dev.rowrunner.receipts.sources;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.FolderNotFoundException;
import jakarta.mail.MessageRemovedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPMessage;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox of an IMAP server. Mails are known by UIDVALIDITY and UID; where the server numbers a mailbox anew, it is
 * listed anew. Nothing is changed there: mails that were not read stay unread.
 */
public final class ImapSource implements Source {

    /** UIDs of a first look; many of them may be of mails that were deleted. At most so many mails are a page. */
    private static final long PAGE = 500;

    private static final String CHUNK = String.valueOf(256 * 1024);
    private static final String TIMEOUT_MS = "30000";
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** RFC 5530: another attempt may be let in. */
    private static final Pattern LATER = Pattern.compile("\\[(UNAVAILABLE|INUSE|LIMIT|OVERQUOTA)]");

    private final ImapSettings settings;
    private final String password;
    private final Deque<Visit> idle = new ArrayDeque<>();
    private boolean closed;

    public ImapSource(ImapSettings settings, String password) {
        this.settings = settings;
        this.password = password;
    }

    /** A folder that was opened, and since when nobody uses it. */
    private record Visit(IMAPFolder folder, long since) {}

    private interface Work<T> {
        T with(IMAPFolder folder) throws MessagingException, IOException;
    }

    // ---- listing

    /** @param until the first UID that was not given yet when the listing began */
    private record Walk(long validity, long next, long until, long seen) {

        String text() {
            return validity + " " + next + " " + until + " " + seen;
        }

        /** Where the next incremental listing begins. */
        String position() {
            return validity + " " + until;
        }

        static Walk parse(String text) {
            var numbers = numbers(text);
            return new Walk(numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        static long[] numbers(String text) {
            return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
        }
    }

    @Override
    public Page page(boolean full, @Nullable String position, @Nullable String scan) throws IOException {
        if (scan == null) {
            // A connection that is open already may have missed what has come, or that all was numbered anew.
            hangUpAll();
        }
        return visit(folder -> {
            var walk = scan == null ? begin(folder, full ? null : position) : Walk.parse(scan);
            if (walk.validity() != folder.getUIDValidity()) {
                walk = begin(folder, null);
            }
            return page(folder, walk);
        });
    }

    private static Walk begin(IMAPFolder folder, @Nullable String position) throws MessagingException {
        long validity = folder.getUIDValidity();
        long until = untilOf(folder);
        var known = position == null ? new long[] {0, 0} : Walk.numbers(position);
        return new Walk(validity, known[0] == validity ? known[1] : 1, until, 0);
    }

    /** A server that does not tell its next UID is asked for its last. */
    private static long untilOf(IMAPFolder folder) throws MessagingException {
        long next = folder.getUIDNext();
        if (next > 0) {
            return next;
        }
        int count = folder.getMessageCount();
        return count == 0 ? 1 : folder.getUID(folder.getMessage(count)) + 1;
    }

    /** Looks twice as far each time where it finds nothing: UIDs may be far apart, with nothing between them. */
    private static Page page(IMAPFolder folder, Walk walk) throws MessagingException {
        long next = walk.next();
        for (long span = PAGE; next < walk.until(); span *= 2) {
            long end = Math.min(next + span, walk.until());
            var uids = uids(folder, next, end);
            if (uids.length > 0) {
                var page = Arrays.copyOf(uids, (int) Math.min(uids.length, PAGE));
                next = page.length < uids.length ? page[page.length - 1] + 1 : end;
                return page(
                        listed(walk.validity(), page),
                        new Walk(walk.validity(), next, walk.until(), walk.seen() + page.length),
                        folder);
            }
            next = end;
        }
        return page(List.of(), new Walk(walk.validity(), walk.until(), walk.until(), walk.seen()), folder);
    }

    private static Page page(List<Listed> listed, Walk next, IMAPFolder folder) throws MessagingException {
        return next.next() >= next.until()
                ? Page.last(listed, next.position(), next.seen())
                : Page.of(listed, next.text(), Math.max(next.seen(), folder.getMessageCount()));
    }

    private static long[] uids(IMAPFolder folder, long from, long end) throws MessagingException {
        return Arrays.stream(folder.getMessagesByUID(from, end - 1))
                .mapToLong(message -> uid(folder, message))
                // The last mail answers to a range that begins behind it.
                .filter(uid -> uid >= from && uid < end)
                .sorted()
                .toArray();
    }

    private static List<Listed> listed(long validity, long[] uids) {
        return Arrays.stream(uids)
                .mapToObj(uid -> validity + " " + uid)
                .map(id -> new Listed(id, id, ""))
                .toList();
    }

    /** Was told with the listing: nothing is asked for. */
    private static long uid(IMAPFolder folder, jakarta.mail.Message message) {
        try {
            return folder.getUID(message);
        } catch (MessagingException e) {
            throw new IllegalStateException("The server lists a mail without its UID", e);
        }
    }

    // ---- fetching

    @Override
    public void fetch(Listed message, OutputStream to) throws IOException {
        visit(folder -> {
            var place = Walk.numbers(message.place());
            if (place[0] != folder.getUIDValidity()) {
                throw new SourceFailure.Gone("The server has numbered its mails anew; a sync lists them again");
            }
            if (!(folder.getMessageByUID(place[1]) instanceof IMAPMessage mail)) {
                throw new SourceFailure.Gone("The mail is not in " + settings.folder() + " any more");
            }
            mail.setPeek(true);
            try (var content = mail.getMimeStream()) {
                if (content.transferTo(to) == 0) {
                    throw new SourceFailure.Gone("The mail in " + settings.folder() + " has no content any more");
                }
            }
            // A folder remembers each mail that it was asked for.
            mail.invalidateHeaders();
            return mail;
        });
    }

    // ---- visits

    /** On a connection that is left open for the next visit, unless something went wrong on it. */
    private <T> T visit(Work<T> work) throws IOException {
        var folder = open();
        boolean well = false;
        try {
            var done = work.with(folder);
            well = true;
            return done;
        } catch (SourceFailure told) {
            well = true;
            throw told;
        } catch (MessageRemovedException e) {
            throw because(new SourceFailure.Gone("The mail is not in " + settings.folder() + " any more"), e);
        } catch (MessagingException e) {
            throw new IOException("IMAP server " + settings.host() + ": " + e.getMessage(), e);
        } finally {
            leave(folder, well);
        }
    }

    private IMAPFolder open() throws IOException {
        for (var visit = takeIdle(); visit != null; visit = takeIdle()) {
            if (isFresh(visit.folder())) {
                return visit.folder();
            }
            hangUp(visit.folder());
        }
        return connect();
    }

    /** Asks for news: mails that have come since, and whether the connection still stands. */
    private static boolean isFresh(IMAPFolder folder) {
        try {
            folder.getMessageCount();
            return folder.isOpen() && folder.getStore().isConnected();
        } catch (MessagingException | IllegalStateException e) {
            return false;
        }
    }

    private IMAPFolder connect() throws IOException {
        var protocol = settings.security() == ImapSettings.Security.TLS ? "imaps" : "imap";
        try {
            var store = Session.getInstance(properties(protocol)).getStore(protocol);
            store.connect(settings.host(), settings.port(), settings.user(), password);
            try {
                var folder = (IMAPFolder) store.getFolder(settings.folder());
                folder.open(Folder.READ_ONLY);
                return folder;
            } catch (MessagingException e) {
                store.close();
                throw e;
            }
        } catch (AuthenticationFailedException e) {
            throw LATER.matcher(String.valueOf(e.getMessage())).find()
                    ? new IOException("IMAP server " + settings.host() + " lets nobody in now: " + said(e), e)
                    : because(refused(e), e);
        } catch (FolderNotFoundException e) {
            throw because(
                    new SourceFailure.ReconnectNeeded(
                            "IMAP server " + settings.host() + " has no folder '" + settings.folder() + "'"),
                    e);
        } catch (MessagingException e) {
            throw new IOException("IMAP server " + settings.host() + ":" + settings.port() + ": " + e.getMessage(), e);
        }
    }

    private SourceFailure refused(AuthenticationFailedException e) {
        return new SourceFailure.ReconnectNeeded(
                "IMAP server " + settings.host() + " refuses user '" + settings.user() + "': " + said(e));
    }

    /** A server may repeat what it was told. */
    private String said(AuthenticationFailedException e) {
        return String.valueOf(e.getMessage()).replace(password, "***");
    }

    private static SourceFailure because(SourceFailure failure, Exception cause) {
        failure.initCause(cause);
        return failure;
    }

    private Properties properties(String protocol) {
        var prefix = "mail." + protocol + ".";
        var properties = new Properties();
        properties.put(prefix + "connectiontimeout", TIMEOUT_MS);
        properties.put(prefix + "timeout", TIMEOUT_MS);
        properties.put(prefix + "writetimeout", TIMEOUT_MS);
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(
                prefix + "starttls.enable", String.valueOf(settings.security() == ImapSettings.Security.STARTTLS));
        properties.put(
                prefix + "starttls.required", String.valueOf(settings.security() == ImapSettings.Security.STARTTLS));
        // A mail is read in chunks of so much, rather than into memory.
        properties.put(prefix + "partialfetch", "true");
        properties.put(prefix + "fetchsize", CHUNK);
        properties.put(prefix + "ignorebodystructuresize", "true");
        return properties;
    }

    private synchronized @Nullable Visit takeIdle() {
        return idle.pollLast();
    }

    private void leave(IMAPFolder folder, boolean well) {
        if (!well || !keep(folder)) {
            hangUp(folder);
        }
    }

    private synchronized boolean keep(IMAPFolder folder) {
        return !closed && idle.offerLast(new Visit(folder, System.nanoTime()));
    }

    /** Says goodbye where nobody came back for a while. */
    @Override
    public void rest() {
        for (var visit = takeRested(); visit != null; visit = takeRested()) {
            hangUp(visit.folder());
        }
    }

    private synchronized @Nullable Visit takeRested() {
        var oldest = idle.peekFirst();
        return oldest != null && (closed || System.nanoTime() - oldest.since() > IDLE_NANOS) ? idle.pollFirst() : null;
    }

    private void hangUpAll() {
        for (var visit = takeIdle(); visit != null; visit = takeIdle()) {
            hangUp(visit.folder());
        }
    }

    private static void hangUp(IMAPFolder folder) {
        try {
            folder.getStore().close();
        } catch (MessagingException | IllegalStateException e) {
            // It is gone already, which is all that was wanted.
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        rest();
    }
}
