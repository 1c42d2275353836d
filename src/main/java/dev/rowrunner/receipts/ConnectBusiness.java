package dev.rowrunner.receipts;

import dev.rowrunner.receipts.sources.ImapSettings;
import dev.rowrunner.runner.Refused;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Checks what somebody says of a mailbox, and connects a business to it. */
@Component
class ConnectBusiness {

    private static final int LONGEST = 500;
    private static final int LONGEST_SECRET = 10_000;
    private static final int TLS_PORT = 993;
    private static final int PORT = 143;

    private final Connections connections;
    private final Folders folders;

    ConnectBusiness(Connections connections, Folders folders) {
        this.connections = connections;
        this.folders = folders;
    }

    /** @throws Refused naming the field that does not fit */
    void connect(String business, ConnectionController.Request request) {
        var source = source(request.source());
        connections.connect(business, source, settings(source, request), secret(source, request.secret()));
    }

    private static SourceType source(@Nullable String word) {
        return SourceType.ofWord(required("source", word))
                .orElseThrow(() ->
                        Refused.field("source", "source is one of " + SourceType.words() + ", was '" + word + "'"));
    }

    private SourceSettings settings(SourceType source, ConnectionController.Request request) {
        return switch (source) {
            case GMAIL -> SourceSettings.gmail(bounded("user", request.user()), bounded("query", request.query()));
            case IMAP -> imap(request);
            case FOLDER -> SourceSettings.folder(folder(required("path", request.path())));
        };
    }

    private static SourceSettings imap(ConnectionController.Request request) {
        var security = security(request.security());
        var port = request.port() == null ? security == ImapSettings.Security.TLS ? TLS_PORT : PORT : request.port();
        if (port < 1 || port > 65_535) {
            throw Refused.field("port", "port is from 1 to 65535, was " + port);
        }
        return SourceSettings.imap(
                required("host", request.host()),
                port,
                security,
                required("user", request.user()),
                request.mailbox() == null ? "INBOX" : required("mailbox", request.mailbox()));
    }

    private static ImapSettings.Security security(@Nullable String word) {
        if (word == null) {
            return ImapSettings.Security.TLS;
        }
        return Arrays.stream(ImapSettings.Security.values())
                .filter(security -> security.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> Refused.field(
                        "security",
                        "security is one of "
                                + Arrays.stream(ImapSettings.Security.values())
                                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))
                                + ", was '" + word + "'"));
    }

    private String folder(String text) {
        try {
            var folder = folders.root().resolve(Path.of(text)).normalize();
            if (folder.startsWith(folders.root()) && !folder.equals(folders.root())) {
                return folder.toString();
            }
        } catch (InvalidPathException e) {
            throw Refused.field("path", "path can't be read as one: " + e.getReason());
        }
        throw Refused.field(
                "path", "path must lie below receipts.folders, which is " + folders.root() + "; was '" + text + "'");
    }

    private static @Nullable String secret(SourceType source, @Nullable String secret) {
        if (source == SourceType.FOLDER) {
            return null;
        }
        if (secret == null || secret.isBlank() || secret.length() > LONGEST_SECRET) {
            throw Refused.field(
                    "secret",
                    "secret must have 1 to " + LONGEST_SECRET + " characters: "
                            + (source == SourceType.GMAIL ? "a refresh token of Google's" : "a password"));
        }
        return secret;
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw Refused.field(field, field + " is missing");
        }
        return String.valueOf(bounded(field, value));
    }

    private static @Nullable String bounded(String field, @Nullable String value) {
        if (value != null && (value.length() > LONGEST || value.chars().anyMatch(Character::isISOControl))) {
            throw Refused.field(
                    field, field + " must have at most " + LONGEST + " characters, none of them control characters");
        }
        return value;
    }
}
