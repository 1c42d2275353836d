package dev.rowrunner.receipts.sources;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How Gmail is reached, and as what program.
 *
 * @param rootUrl null: Google's
 * @param tokenUrl null: Google's
 * @param clientId of the program that the mailbox' owner has let in
 */
public record GmailSettings(@Nullable URI rootUrl, @Nullable URI tokenUrl, String clientId, String clientSecret) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "GmailSettings[rootUrl=" + rootUrl + ", clientId=" + clientId + "]";
    }
}
