package dev.rowrunner.receipts;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How receipts are synced.
 *
 * @param folders below this folder, and nowhere else, are the folders that businesses may be connected to; null: below
 *     the data folder
 * @param inboxBusiness whose receipts the folder {@code inbox} holds, which is there without any set-up on a machine that
 *     runs its own servers; blank: there is none
 * @param maxMessage the largest mail that is read
 * @param diagnosticKey opens the diagnostics without a token; blank: nothing does
 */
@ConfigurationProperties("receipts")
record ReceiptsProperties(
        @Nullable Path folders,
        @DefaultValue("1") String inboxBusiness,
        @DefaultValue("100MB") DataSize maxMessage,
        @DefaultValue("") String diagnosticKey,
        @DefaultValue Gmail gmail) {

    /**
     * As what program we read mailboxes of Gmail.
     *
     * @param query what a full sync lists
     */
    record Gmail(
            @DefaultValue("") String clientId,
            @DefaultValue("") String clientSecret,
            @Nullable URI rootUrl,
            @Nullable URI tokenUrl,
            @DefaultValue("newer_than:1y") String query) {

        /** Without the secret. */
        @Override
        public String toString() {
            return "Gmail[clientId=" + clientId + ", rootUrl=" + rootUrl + ", query=" + query + "]";
        }
    }

    ReceiptsProperties {
        if (maxMessage.toBytes() < 1024) {
            throw new IllegalArgumentException("receipts.max-message must be at least 1KB, was " + maxMessage);
        }
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "ReceiptsProperties[folders=" + folders + ", maxMessage=" + maxMessage + ", gmail=" + gmail + "]";
    }
}
