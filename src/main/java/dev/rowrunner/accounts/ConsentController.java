package dev.rowrunner.accounts;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rowrunner.accounts.fiu.ConsentStatus;
import dev.rowrunner.accounts.fiu.ConsentTerms;
import dev.rowrunner.accounts.fiu.DataLife;
import dev.rowrunner.accounts.fiu.Frequency;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Summary;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Asks users for their consent, lists and revokes what they gave. */
@RestController
@RequestMapping("/api/accounts/consents")
class ConsentController {

    private static final int LONGEST_ID = 200;

    private final Consents consents;
    private final ConsentRequests requests;
    private final Clock clock;

    ConsentController(Consents consents, ConsentRequests requests, Clock clock) {
        this.consents = consents;
        this.requests = requests;
        this.clock = clock;
    }

    /**
     * @param userId whose accounts will be linked
     * @param customer the user's address at the aggregator
     */
    record Request(
            @Nullable String userId,

            @Summary("The user's address at the aggregator, as in asha@sandbox-aa") @Nullable
            String customer,

            @Summary("Of the ecosystem's list; 101 unless said") @Nullable
            String purposeCode,

            @Nullable String purpose,

            @Summary("Kinds of accounts; DEPOSIT unless said") @Nullable
            List<String> fiTypes,

            @Summary("How often data may be requested; 20 times an hour unless said") @Nullable
            Frequency frequency,

            @Summary("Oldest data; of the last year unless said") @Nullable
            Instant dataFrom,

            @Summary("Newest data; until the consent expires unless said") @Nullable
            Instant dataTo,

            @Summary("How long data is kept; a year unless said") @Nullable
            DataLife dataLife,

            @Summary("In a year unless said") @Nullable Instant expiresAt) {}

    /** A consent as callers see it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            UUID id,
            String userId,
            ConsentStatus status,
            @Nullable String statusReason,

            @Summary("By which the aggregator's app shows the request to the customer") @Nullable
            String handle,

            @Nullable String consentId,
            String customer,
            String purposeCode,
            String purpose,
            List<String> fiTypes,
            Frequency frequency,
            Instant dataFrom,
            Instant dataTo,
            DataLife dataLife,
            Instant expiresAt,
            Instant createdAt,
            Instant changedAt) {

        static Entry of(ConsentRow row) {
            var terms = row.terms();
            return new Entry(
                    row.id(),
                    row.userId(),
                    row.status(),
                    row.statusReason(),
                    row.handle(),
                    row.consentId(),
                    terms.customer(),
                    terms.purposeCode(),
                    terms.purpose(),
                    terms.fiTypes(),
                    terms.frequency(),
                    terms.dataFrom(),
                    terms.dataTo(),
                    terms.dataLife(),
                    terms.expiry(),
                    row.createdAt(),
                    row.changedAt());
        }
    }

    /** As other lists of this interface. */
    record Page(List<Entry> items, int page, int size, boolean more) {}

    /** The provider is asked by a job: what becomes of it is told by the entry, at its address. */
    @Summary("Asks a user for his consent")
    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    Entry create(@RequestBody Request request) {
        var userId = required("userId", request.userId());
        return show(requests.create(userId, terms(request)));
    }

    private ConsentTerms terms(Request wanted) {
        var now = clock.instant();
        var expiry = wanted.expiresAt() == null ? ConsentDefaults.expiry(now) : wanted.expiresAt();
        if (!expiry.isAfter(now)) {
            throw Refused.field("expiresAt", "expiresAt must be in the future, was " + expiry);
        }
        var from = wanted.dataFrom() == null ? ConsentDefaults.dataFrom(now) : wanted.dataFrom();
        var to = wanted.dataTo() == null ? expiry : wanted.dataTo();
        if (!from.isBefore(to)) {
            throw Refused.field("dataFrom", "dataFrom must be before dataTo; were " + from + " and " + to);
        }
        return new ConsentTerms(
                required("customer", wanted.customer()),
                wanted.purposeCode() == null ? ConsentDefaults.PURPOSE_CODE : wanted.purposeCode(),
                wanted.purpose() == null ? ConsentDefaults.PURPOSE : wanted.purpose(),
                wanted.fiTypes() == null ? ConsentDefaults.FI_TYPES : wanted.fiTypes(),
                ConsentDefaults.CONSENT_TYPES,
                wanted.frequency() == null ? ConsentDefaults.FREQUENCY : wanted.frequency(),
                from,
                to,
                wanted.dataLife() == null ? ConsentDefaults.DATA_LIFE : wanted.dataLife(),
                now,
                expiry);
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank() || value.length() > LONGEST_ID) {
            throw Refused.field(field, field + " must have 1 to " + LONGEST_ID + " characters");
        }
        return value;
    }

    @Summary("Consents, the newest first")
    @GetMapping
    Page list(
            @RequestParam @Nullable String userId,
            @RequestParam @Nullable ConsentStatus status,
            @Summary("The first unless said") @RequestParam(defaultValue = "1") @Min(1) @Max(1000) int page,
            @Summary("Rows of a page") @RequestParam(defaultValue = "50") @Min(1) @Max(500) int size) {
        var rows = consents.list(userId, status, size + 1, (page - 1L) * size);
        return new Page(rows.stream().limit(size).map(Entry::of).toList(), page, size, rows.size() > size);
    }

    @Summary("A consent and how it stands")
    @GetMapping("/{id}")
    Entry show(@PathVariable UUID id) {
        return consents.find(id)
                .map(Entry::of)
                .orElseThrow(() ->
                        Refused.notFound("There is no consent " + id + "; GET /api/accounts/consents lists them."));
    }

    /** Nothing is fetched under it from now on; what was fetched stays until its data life is over. */
    @Summary("Ends a consent")
    @PostMapping("/{id}/revoke")
    Entry revoke(@PathVariable UUID id) {
        var before = show(id);
        if (!requests.revoke(id)) {
            throw Refused.conflict("Consent " + id + " is " + before.status() + " already.");
        }
        return show(id);
    }
}
