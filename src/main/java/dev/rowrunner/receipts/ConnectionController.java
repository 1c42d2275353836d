package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeepsToBusiness;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Summary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Connects businesses to their mailboxes. Nothing that it answers holds a secret. */
@RestController
@RequestMapping("/api/receipts/connections")
@PreAuthorize("hasRole('OPERATOR')")
class ConnectionController {

    private final ConnectBusiness connect;
    private final Connections connections;
    private final ConnectionList list;

    ConnectionController(ConnectBusiness connect, Connections connections, ConnectionList list) {
        this.connect = connect;
        this.connections = connections;
        this.list = list;
    }

    record Request(
            @Summary("A token that is bound to a business need not say it") @JsonProperty("business_id") @Nullable
            String businessId,

            @Summary("gmail, imap or folder") @Nullable String source,

            @Summary("Of Gmail: what a full sync lists") @Nullable
            String query,

            @Summary("Of IMAP") @Nullable String host,

            @Summary("Of IMAP; 993 unless said, without TLS 143") @Nullable
            Integer port,

            @Summary("Of IMAP: tls, starttls or none; tls unless said") @Nullable
            String security,

            @Summary("Whose mailbox it is") @Nullable String user,

            @Summary("Of IMAP; INBOX unless said") @Nullable String mailbox,

            @Summary("Of a folder, below receipts.folders") @Nullable
            String path,

            @Summary("A password of IMAP, or a refresh token of Google's; stored encrypted and never shown") @Nullable
            String secret) {

        static final Request EMPTY = new Request(null, null, null, null, null, null, null, null, null, null);

        /** Without the secret. */
        @Override
        public String toString() {
            return "Request[businessId=" + businessId + ", source=" + source + "]";
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String business,
            SourceType source,
            SourceSettings settings,

            @Summary("active, or reconnect needed") String status,

            @Nullable String reason,

            @Summary("Until then the source wants to be left alone") @Nullable
            Instant resumeAt,

            @Summary("When it was last listed to its end") @Nullable
            Instant syncedAt,

            @Summary("How many mails there are in each state")
            Map<String, Long> messages,

            Instant changedAt) {}

    @Summary("Which business is connected to what")
    @GetMapping
    @KeepsToBusiness
    List<Entry> list(@RequestParam @Nullable String business, @AuthenticationPrincipal Caller caller) {
        return list.entries(Business.visible(caller, business).orElse(null));
    }

    @Summary("Connects a business to its mailbox, in place of the one before")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @KeepsToBusiness
    Entry connect(@RequestBody(required = false) @Nullable Request request, @AuthenticationPrincipal Caller caller) {
        var wanted = request == null ? Request.EMPTY : request;
        var business = Business.visible(caller, wanted.businessId())
                .orElseThrow(() -> Refused.field("business_id", "business_id is missing"));
        connect.connect(business, wanted);
        return list.entries(business).get(0);
    }

    @Summary("Ends a connection; mails that were read and receipts stay")
    @DeleteMapping("/{business}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @KeepsToBusiness
    void disconnect(@PathVariable String business, @AuthenticationPrincipal Caller caller) {
        Business.visible(caller, business);
        if (!connections.remove(business)) {
            throw Refused.notFound(
                    "Business '" + business + "' has no connection; GET /api/receipts/connections lists them.");
        }
    }
}
