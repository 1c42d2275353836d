package dev.rowrunner.receipts.extraction;

import dev.rowrunner.files.Deadline;
import dev.rowrunner.files.EInvoice;
import dev.rowrunner.files.Unreadable;
import dev.rowrunner.receipts.extraction.Extraction.NoReceipt;
import dev.rowrunner.receipts.extraction.Extraction.Outcome;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks all sources of a letter, the surest first, and puts together one receipt of what they say. */
final class LetterReader {

    private static final BigDecimal HUNDRED = new BigDecimal(100);

    private final Letter letter;
    private final Notes notes;
    private final Deadline deadline;
    private final TextRules rules;
    private final List<Reading> readings = new ArrayList<>();
    private @Nullable Sender forwarded;

    LetterReader(Letter letter, Notes notes, Deadline deadline) {
        this.letter = letter;
        this.notes = notes;
        this.deadline = deadline;
        this.rules = new TextRules(letter);
    }

    Outcome read() throws Unreadable {
        var pages = pages();
        letter.invoices.forEach(invoice -> readings.add(reading(invoice)));
        pages.forEach(page -> readings.addAll(page.markup()));
        boolean marked = !readings.isEmpty();
        for (var document : letter.documents) {
            readText(document, Origin.PDF_TEXT, marked);
        }
        for (var page : pages) {
            readBody(page.lines(), Origin.HTML_TEXT, marked);
        }
        for (var body : letter.bodies) {
            if (!body.html()) {
                readBody(Line.of(body.text()), Origin.PLAIN_TEXT, marked);
            }
        }
        readings.sort(Comparator.comparing(Reading::origin));
        return outcome();
    }

    private List<Page> pages() throws Unreadable {
        var pages = new ArrayList<Page>();
        for (var body : letter.bodies) {
            deadline.check();
            if (body.html()) {
                pages.add(Page.of(body.text(), isAnswer(), reason -> notes.add("text/html", reason)));
            }
        }
        return pages;
    }

    private void readBody(List<Line> lines, Origin origin, boolean marked) throws Unreadable {
        forwarded = forwarded == null ? Forwarded.sender(letter.subject, lines).orElse(null) : forwarded;
        readText(unquoted(lines), origin, marked);
    }

    private void readText(List<Line> lines, Origin origin, boolean marked) throws Unreadable {
        deadline.check();
        rules.read(lines, origin, marked).ifPresent(readings::add);
    }

    /** What an answer quotes is another's. */
    private static List<Line> unquoted(List<Line> lines) {
        return lines.stream().filter(line -> !line.text().startsWith(">")).toList();
    }

    private boolean isAnswer() {
        return letter.kind() == Letter.Kind.ANSWER;
    }

    private static Reading reading(EInvoice invoice) {
        var total = invoice.total() == null ? invoice.payable() : invoice.total();
        boolean credit = invoice.isCreditNote();
        return new Reading(
                Origin.E_INVOICE,
                99,
                invoice.seller(),
                invoice.issued(),
                signed(total, credit),
                signed(invoice.tax(), credit),
                invoice.currency(),
                invoice.number());
    }

    private static @Nullable BigDecimal signed(@Nullable BigDecimal amount, boolean credit) {
        return amount != null && credit && amount.signum() > 0 ? amount.negate() : amount;
    }

    private Outcome outcome() {
        if (readings.isEmpty()) {
            return new NoReceipt("no total");
        }
        var surest = readings.stream()
                .filter(Reading::hasTotal)
                .filter(reading -> reading.score() >= Evidence.ENOUGH)
                .findFirst();
        return surest.map(this::receipt).orElseGet(this::none);
    }

    private Outcome none() {
        boolean withTotal = readings.stream().anyMatch(Reading::hasTotal);
        boolean anyTotal = readings.stream().anyMatch(reading -> reading.total() != null);
        return new NoReceipt(
                withTotal
                        ? "a total, but too little else that says it was bought"
                        : anyTotal ? "a total without a currency" : "an order without a total");
    }

    private Outcome receipt(Reading chosen) {
        Map<Receipt.Field, Origin> origins = new EnumMap<>(Receipt.Field.class);
        origins.put(Receipt.Field.TOTAL, chosen.origin());
        origins.put(Receipt.Field.CURRENCY, chosen.origin());
        var vendor = field(Reading::vendor, Receipt.Field.VENDOR, origins)
                .or(() -> vendorOfMail(origins))
                .orElse(null);
        var date = field(Reading::date, Receipt.Field.DATE, origins)
                .or(() -> Optional.ofNullable(letter.sentOn())
                        .map(day -> put(origins, Receipt.Field.DATE, Origin.SENT_DATE, day)))
                .orElse(null);
        return new Receipt(
                Headers.clean(vendor),
                date,
                Objects.requireNonNull(chosen.total()),
                tax(chosen, origins),
                Objects.requireNonNull(chosen.currency()),
                Headers.clean(field(Reading::number, Receipt.Field.NUMBER, origins)
                        .or(() -> numberInSubject(origins))
                        .orElse(null)),
                confidence(chosen),
                origins);
    }

    private <T> Optional<T> field(
            Function<Reading, @Nullable T> field, Receipt.Field name, Map<Receipt.Field, Origin> origins) {
        for (var reading : readings) {
            var value = field.apply(reading);
            if (value != null) {
                return Optional.of(put(origins, name, reading.origin(), value));
            }
        }
        return Optional.empty();
    }

    private static <T> T put(Map<Receipt.Field, Origin> origins, Receipt.Field name, Origin origin, T value) {
        origins.put(name, origin);
        return value;
    }

    private Optional<String> vendorOfMail(Map<Receipt.Field, Origin> origins) {
        return Vendor.inSubject(letter.subject)
                .map(name -> put(origins, Receipt.Field.VENDOR, Origin.SUBJECT, name))
                .or(() -> Vendor.of(forwarded == null ? letter.sender : forwarded)
                        .map(name -> put(origins, Receipt.Field.VENDOR, Origin.SENDER, name)));
    }

    private Optional<String> numberInSubject(Map<Receipt.Field, Origin> origins) {
        var subject = letter.subject == null ? List.<Line>of() : Line.of(letter.subject);
        return DocumentNumber.in(subject).map(number -> put(origins, Receipt.Field.NUMBER, Origin.SUBJECT, number));
    }

    /** Another source's tax is that of this total only if it has the same total. */
    private @Nullable BigDecimal tax(Reading chosen, Map<Receipt.Field, Origin> origins) {
        for (var reading : readings) {
            if (reading.tax() != null && (reading.equals(chosen) || reading.hasSameTotalAs(chosen))) {
                return put(origins, Receipt.Field.TAX, reading.origin(), reading.tax());
            }
        }
        return null;
    }

    /** Two sources that agree are surer than one, and two that don't are not. */
    private BigDecimal confidence(Reading chosen) {
        int score = chosen.score();
        for (var reading : readings) {
            if (reading.origin() != chosen.origin() && reading.hasTotal()) {
                score += reading.hasSameTotalAs(chosen) ? 5 : -5;
            }
        }
        return new BigDecimal(Math.max(1, Math.min(score, 99))).divide(HUNDRED, 2, RoundingMode.UNNECESSARY);
    }
}
