package dev.rowrunner.receipts.extraction;

import dev.rowrunner.files.Deadline;
import dev.rowrunner.files.Unreadable;
import dev.rowrunner.receipts.extraction.Extraction.NoReceipt;
import dev.rowrunner.receipts.extraction.Extraction.Outcome;
import dev.rowrunner.receipts.extraction.Extraction.Refused;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.io.MaxHeaderLengthLimitException;
import org.apache.james.mime4j.io.MaxHeaderLimitException;
import org.apache.james.mime4j.io.MaxLineLimitException;

/** Reads a mail as a receipt, within limits. Safe for use by several threads. */
public final class Extractor {

    private static final Set<Class<?>> HEADER_LIMITS =
            Set.of(MaxHeaderLengthLimitException.class, MaxHeaderLimitException.class, MaxLineLimitException.class);
    private static final int MOST_LETTERS = 20;

    private final Limits limits;

    public Extractor(Limits limits) {
        this.limits = limits;
    }

    /**
     * Reads one mail in the form of RFC 5322.
     *
     * @throws IOException if the file can't be read; what is in it is never a reason
     */
    public Extraction extract(Path rawMessage) throws IOException {
        try (var raw = new BufferedInputStream(Files.newInputStream(rawMessage))) {
            return extract(raw);
        }
    }

    /**
     * Reads one mail in the form of RFC 5322, and leaves the stream open.
     *
     * @throws IOException of the stream itself; what is in it is never a reason
     */
    public Extraction extract(InputStream raw) throws IOException {
        var deadline = Deadline.in(limits.time());
        var source = new Source(raw, limits.messageBytes(), deadline);
        var notes = new Notes();
        var reader = new MailReader(limits, deadline, notes);
        var outcome = outcome(reader, source, notes, deadline);
        source.throwFailure();
        var hash = source.hash();
        return extraction(reader, hash, source.isTooLarge() ? new Refused(source.tooLarge()) : outcome, notes);
    }

    private static Outcome outcome(MailReader reader, Source source, Notes notes, Deadline deadline) {
        try {
            reader.read(source);
            return best(reader.letters(), notes, deadline);
        } catch (MimeException | IOException | RuntimeException | StackOverflowError e) {
            // What the libraries make of malformed mails is not for the caller to know.
            return refusal(e);
        }
    }

    private static Refused refusal(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Unreadable) {
                return new Refused(String.valueOf(cause.getMessage()));
            }
            if (HEADER_LIMITS.contains(cause.getClass())) {
                return new Refused("a header is too long, or there are too many");
            }
        }
        var reason = Headers.clean(failure.getMessage());
        return new Refused("malformed: " + (reason == null ? failure.getClass().getSimpleName() : reason));
    }

    /** A mail that forwards a receipt as an attachment is one. */
    private static Outcome best(List<Letter> letters, Notes notes, Deadline deadline) throws Unreadable {
        Optional<Outcome> first = Optional.empty();
        for (var letter : letters.stream().limit(MOST_LETTERS).toList()) {
            var outcome = new LetterReader(letter, notes, deadline).read();
            if (outcome instanceof Receipt || letter.isReport()) {
                return outcome;
            }
            first = first.or(() -> Optional.of(outcome));
        }
        return first.orElseGet(() -> new NoReceipt("empty"));
    }

    private static Extraction extraction(MailReader reader, String hash, Outcome outcome, Notes notes) {
        var letters = reader.letters();
        var letter = letters.isEmpty() ? new Letter() : letters.get(0);
        var sentAt = letter.sentAt;
        return new Extraction(
                letter.messageId == null ? "sha256:" + hash : letter.messageId,
                outcome instanceof Refused ? hash : contentHash(reader, letter, outcome),
                letter.subject,
                letter.sender == null ? null : Headers.clean(letter.sender.toString()),
                sentAt == null ? null : sentAt.toInstant(),
                outcome,
                notes.all());
    }

    /** Vendors send a receipt twice, as often by another address or with another greeting; its number stays. */
    private static String contentHash(MailReader reader, Letter letter, Outcome outcome) {
        var sender = letter.sender;
        if (outcome instanceof Receipt receipt && receipt.number() != null) {
            var hash = Hashes.sha256();
            Hashes.update(
                    hash,
                    Arrays.asList(
                            "receipt",
                            sender == null ? receipt.vendor() : sender.domain(),
                            receipt.number(),
                            receipt.total().stripTrailingZeros().toPlainString(),
                            receipt.currency()));
            return Hashes.hex(hash);
        }
        var hash = reader.content();
        Hashes.update(hash, Arrays.asList(sender == null ? null : sender.address(), letter.date, letter.subject));
        return Hashes.hex(hash);
    }
}
