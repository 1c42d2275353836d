package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeepsToBusiness;
import dev.rowrunner.runner.KeyedEndpoint;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.Summary;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Starts syncs, and tells whether they would run, with the answers of the system before. */
@RestController
class ReceiptSyncController {

    private static final String DIAGNOSTICS = "/api/receipts/queue/diagnostics";

    private final SyncRequests requests;
    private final Diagnostics diagnostics;
    private final ReceiptsProperties properties;

    ReceiptSyncController(SyncRequests requests, Diagnostics diagnostics, ReceiptsProperties properties) {
        this.requests = requests;
        this.diagnostics = diagnostics;
        this.properties = properties;
    }

    @Bean
    static KeyedEndpoint receiptDiagnostics() {
        return new KeyedEndpoint(DIAGNOSTICS);
    }

    record Request(
            @Summary("full or incremental; incremental unless said") @Nullable
            String mode,

            @Summary("For admins; a token that is bound to a business need not say it")
            @JsonProperty("business_id")
            @Nullable
            String businessId) {}

    record Accepted(
            boolean success,
            String message,
            @JsonProperty("job_id") UUID jobId,
            String status) {}

    record Failure(
            boolean success,
            String error,
            String action,
            @JsonProperty("technical_details") String technicalDetails) {}

    @Summary("Starts a sync of a business' mailbox, unless nobody would run it")
    @PostMapping("/api/receipts/sync")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @KeepsToBusiness
    Accepted sync(@RequestBody(required = false) @Nullable Request request, @AuthenticationPrincipal Caller caller) {
        var wanted = request == null ? new Request(null, null) : request;
        var business = Business.of(caller, wanted.businessId());
        var job = requests.sync(business, mode(wanted.mode()));
        return new Accepted(true, "Sync job queued for processing", job, "queued");
    }

    private static SyncMode mode(@Nullable String word) {
        try {
            return word == null ? SyncMode.INCREMENTAL : SyncMode.ofWord(word);
        } catch (IllegalArgumentException e) {
            throw Refused.field("mode", String.valueOf(e.getMessage()));
        }
    }

    @ExceptionHandler
    ResponseEntity<Failure> unavailable(SyncRequests.Unavailable e) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .body(new Failure(false, String.valueOf(e.getMessage()), e.action(), e.details()));
    }

    /** Needs the key or the role admin; whoever calls with neither learns nothing. */
    @Summary("Who listens to the queues; with role admin, or the key in the header X-Diagnostic-Key")
    @GetMapping(DIAGNOSTICS)
    Diagnostics.Report diagnostics(
            @RequestHeader(name = "X-Diagnostic-Key", required = false) @Nullable String key,
            @AuthenticationPrincipal @Nullable Caller caller) {
        if (!isKey(key) && !isAdmin(caller)) {
            throw Refused.forbidden(
                    "Diagnostics need the header X-Diagnostic-Key with the key that DIAGNOSTIC_KEY sets, or a"
                            + " token of role admin that is bound to nothing.");
        }
        return diagnostics.report();
    }

    /** In a time that tells nothing of how much of it is right. */
    private boolean isKey(@Nullable String shown) {
        var key = properties.diagnosticKey();
        return !key.isBlank() && shown != null && MessageDigest.isEqual(hash(key), hash(shown));
    }

    /** Of one length, whatever the text's. */
    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static boolean isAdmin(@Nullable Caller caller) {
        return caller != null && caller.role() == Role.ADMIN && !caller.isBound();
    }
}
