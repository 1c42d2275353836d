package dev.rowrunner.receipts;

import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes receipts as CSV (RFC 4180) for spreadsheets. Strangers write what stands in mails: a text that a spreadsheet
 * would take for a formula gets an apostrophe before it. Reads a thousand at a time, however many there are.
 */
@Component
class CsvExport {

    private static final int BATCH = 1000;
    /** The last four are the wide ones, which East Asian spreadsheets take for the same. */
    private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private static final List<String> COLUMNS = List.of(
            "id",
            "business",
            "date",
            "vendor",
            "number",
            "total",
            "tax",
            "currency",
            "confidence",
            "subject",
            "sender",
            "message_id",
            "stored_at");

    private final Receipts receipts;

    CsvExport(Receipts receipts) {
        this.receipts = receipts;
    }

    void write(Receipts.Filter filter, Writer to) throws IOException {
        to.write(String.join(",", COLUMNS) + "\r\n");
        for (var batch = receipts.after(0, filter, BATCH); !batch.isEmpty(); batch = next(batch, filter)) {
            for (var row : batch) {
                to.write(line(row) + "\r\n");
            }
            to.flush();
        }
    }

    private List<Receipts.Row> next(List<Receipts.Row> batch, Receipts.Filter filter) {
        return batch.size() < BATCH
                ? List.of()
                : receipts.after(batch.get(batch.size() - 1).id(), filter, BATCH);
    }

    private static String line(Receipts.Row row) {
        return Stream.of(
                        String.valueOf(row.id()),
                        text(row.business()),
                        Objects.toString(row.date(), ""),
                        text(row.vendor()),
                        text(row.number()),
                        number(row.total()),
                        number(row.tax()),
                        row.currency(),
                        number(row.confidence()),
                        text(row.subject()),
                        text(row.sender()),
                        text(row.messageId()),
                        row.storedAt().toString())
                .collect(Collectors.joining(","));
    }

    /** A credit note's minus is no formula. */
    private static String number(@Nullable BigDecimal number) {
        return number == null ? "" : number.toPlainString();
    }

    static String text(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        var harmless = FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return harmless.chars().anyMatch(character -> ",\"\r\n'".indexOf(character) >= 0)
                ? '"' + harmless.replace("\"", "\"\"") + '"'
                : harmless;
    }
}
