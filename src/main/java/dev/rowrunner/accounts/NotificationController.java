package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.ConsentNotification;
import dev.rowrunner.accounts.fiu.DataRefused;
import dev.rowrunner.accounts.fiu.SignedAnswer;
import dev.rowrunner.runner.NoTenantData;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.SignedEndpoint;
import dev.rowrunner.runner.Summary;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * Hears what the provider tells on its own. Needs no token: what is not signed by the provider is refused. What is told
 * may be late or come twice, so it only lets a job look now rather than later.
 */
@RestController
class NotificationController {

    private static final String SIGNATURE = "x-jws-signature";
    private static final String CONSENT = "/Consent/Notification";
    private static final String DATA = "/FI/Notification";

    private final Provider provider;
    private final Consents consents;
    private final ConsentRequests requests;
    private final Sessions sessions;

    NotificationController(Provider provider, Consents consents, ConsentRequests requests, Sessions sessions) {
        this.provider = provider;
        this.consents = consents;
        this.requests = requests;
        this.sessions = sessions;
    }

    @Bean
    static SignedEndpoint consentNotifications() {
        return new SignedEndpoint(CONSENT);
    }

    @Bean
    static SignedEndpoint dataNotifications() {
        return new SignedEndpoint(DATA);
    }

    @Summary("The provider tells how a consent stands; signed by it")
    @PostMapping(CONSENT)
    @NoTenantData
    ResponseEntity<String> consent(
            @RequestBody(required = false) byte @Nullable [] body,
            @RequestHeader(name = SIGNATURE, required = false) @Nullable String signature) {
        var notification = signed(body, signature);
        var told = verified(() -> provider.notifications().consent(notification.body(), notification.signature()));
        follow(told);
        return acknowledge(told.txnId());
    }

    private void follow(ConsentNotification told) {
        consents.ofHandle(told.handle()).ifPresent(consent -> {
            if (told.status().isFinal()) {
                consents.change(consent.id(), told.status(), "The provider has told so.");
            } else {
                requests.followNow(consent.id());
            }
        });
    }

    @Summary("The provider tells how far data are; signed by it")
    @PostMapping(DATA)
    @NoTenantData
    ResponseEntity<String> data(
            @RequestBody(required = false) byte @Nullable [] body,
            @RequestHeader(name = SIGNATURE, required = false) @Nullable String signature) {
        var notification = signed(body, signature);
        var told = verified(() -> provider.notifications().fi(notification.body(), notification.signature()));
        sessions.wake(told.sessionId());
        return acknowledge(told.txnId());
    }

    private record Signed(byte[] body, String signature) {}

    private static Signed signed(byte @Nullable [] body, @Nullable String signature) {
        if (body == null || body.length == 0 || signature == null) {
            throw Refused.unsigned("A notification has a body, and its detached JWS in the header " + SIGNATURE + ".");
        }
        return new Signed(body, signature);
    }

    private static <T> T verified(Supplier<T> read) {
        try {
            return read.get();
        } catch (DataRefused refused) {
            throw Refused.unsigned("This notification is refused: " + refused.getMessage());
        }
    }

    private ResponseEntity<String> acknowledge(String txnId) {
        SignedAnswer answer = provider.notifications().acknowledge(txnId);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(SIGNATURE, answer.signature())
                .body(answer.body());
    }
}
