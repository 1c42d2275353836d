package dev.rowrunner.receipts;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeepsToBusiness;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Summary;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lists receipts, as JSON and as CSV. */
@RestController
@RequestMapping("/api/receipts")
class ReceiptController {

    private final Receipts receipts;
    private final CsvExport export;

    ReceiptController(Receipts receipts, CsvExport export) {
        this.receipts = receipts;
        this.export = export;
    }

    /** As other lists of this interface. */
    record Page(List<Receipts.Row> items, int page, int size, boolean more) {}

    @Summary("Receipts, the newest first")
    @GetMapping
    @KeepsToBusiness
    Page list(
            @RequestParam @Nullable String business,
            @Summary("First day") @RequestParam @Nullable LocalDate from,
            @Summary("Last day") @RequestParam @Nullable LocalDate to,
            @Summary("The first unless said") @RequestParam(defaultValue = "1") @Min(1) @Max(1000) int page,
            @Summary("Rows of a page") @RequestParam(defaultValue = "50") @Min(1) @Max(500) int size,
            @AuthenticationPrincipal Caller caller) {
        var rows = receipts.list(filter(caller, business, from, to), size + 1, (page - 1L) * size);
        return new Page(rows.stream().limit(size).toList(), page, size, rows.size() > size);
    }

    @Summary("The same receipts as CSV, all of them")
    @GetMapping("/export")
    @KeepsToBusiness
    void export(
            @RequestParam @Nullable String business,
            @Summary("First day") @RequestParam @Nullable LocalDate from,
            @Summary("Last day") @RequestParam @Nullable LocalDate to,
            @AuthenticationPrincipal Caller caller,
            HttpServletResponse response)
            throws IOException {
        var filter = filter(caller, business, from, to);
        response.setContentType("text/csv");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"receipts.csv\"");
        export.write(filter, response.getWriter());
    }

    private static Receipts.Filter filter(
            Caller caller, @Nullable String business, @Nullable LocalDate from, @Nullable LocalDate to) {
        if (from != null && to != null && to.isBefore(from)) {
            throw Refused.field("to", "to must not be before from; was " + to + ", before " + from);
        }
        return new Receipts.Filter(Business.visible(caller, business).orElse(null), from, to);
    }
}
