package dev.rowrunner.receipts;

import dev.rowrunner.runner.Roles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Gives a fresh machine a folder to drop mails into, which a business is connected to. */
@Component
class ConnectInbox {

    private final Connections connections;
    private final Folders folders;
    private final ReceiptsProperties properties;
    private final Roles roles;
    private final boolean embedded;

    ConnectInbox(
            Connections connections,
            Folders folders,
            ReceiptsProperties properties,
            Roles roles,
            @Value("${rowrunner.embedded:false}") boolean embedded) {
        this.connections = connections;
        this.folders = folders;
        this.properties = properties;
        this.roles = roles;
        this.embedded = embedded;
    }

    @EventListener(ApplicationReadyEvent.class)
    void connectAtStart() {
        var business = properties.inboxBusiness();
        if (roles.worker() && embedded && !business.isBlank()) {
            connect(business);
        }
    }

    /** Where somebody has connected it to another mailbox, that stays. */
    private void connect(String business) {
        try {
            Files.createDirectories(folders.inbox());
        } catch (IOException e) {
            throw new UncheckedIOException("Can't make the folder " + folders.inbox() + ": " + e, e);
        }
        if (connections.ofBusiness(business).isEmpty()) {
            connections.connect(
                    business,
                    SourceType.FOLDER,
                    SourceSettings.folder(folders.inbox().toString()),
                    null);
        }
    }
}
