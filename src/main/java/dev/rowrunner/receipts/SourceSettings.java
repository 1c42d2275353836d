package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rowrunner.receipts.sources.ImapSettings;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a source beside its secret. Gmail has a query, IMAP host, port, security, user and mailbox, a folder a
 * path.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SourceSettings(
        @Nullable String query,
        @Nullable String host,
        @Nullable Integer port,
        ImapSettings.@Nullable Security security,
        @Nullable String user,
        @Nullable String mailbox,
        @Nullable String path) {

    static SourceSettings gmail(@Nullable String user, @Nullable String query) {
        return new SourceSettings(query, null, null, null, user, null, null);
    }

    static SourceSettings imap(String host, int port, ImapSettings.Security security, String user, String mailbox) {
        return new SourceSettings(null, host, port, security, user, mailbox, null);
    }

    static SourceSettings folder(String path) {
        return new SourceSettings(null, null, null, null, null, null, path);
    }

    /** Whether it is another mailbox, in which another mail may have the same id. */
    boolean isSameMailbox(SourceSettings other) {
        return Objects.equals(host, other.host)
                && Objects.equals(user, other.user)
                && Objects.equals(mailbox, other.mailbox)
                && Objects.equals(path, other.path);
    }

    ImapSettings toImap() {
        return new ImapSettings(
                Objects.requireNonNull(host),
                Objects.requireNonNull(port),
                Objects.requireNonNull(security),
                Objects.requireNonNull(user),
                Objects.requireNonNull(mailbox));
    }
}
