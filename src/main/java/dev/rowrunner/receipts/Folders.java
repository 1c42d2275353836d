package dev.rowrunner.receipts;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Below which folder those of businesses are. Nobody can have another folder of this machine read. */
@Component
class Folders {

    private final Path root;

    Folders(ReceiptsProperties properties, @Value("${rowrunner.data-dir:.data}") String dataFolder) {
        var folder = properties.folders() == null ? Path.of(dataFolder, "receipts") : properties.folders();
        this.root = folder.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
    }

    /** There without any set-up. */
    Path inbox() {
        return root.resolve("inbox");
    }
}
