package dev.rowrunner.receipts.sources;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a source lists, from its first page to its last. */
final class Listing {

    private Listing() {}

    static List<Source.Page> pages(Source source, boolean full, @Nullable String position) throws IOException {
        var pages = new ArrayList<Source.Page>();
        String scan = null;
        do {
            var page = source.page(full, position, scan);
            pages.add(page);
            scan = page.scan();
        } while (scan != null);
        return pages;
    }

    static List<String> ids(List<Source.Page> pages) {
        return pages.stream()
                .flatMap(page -> page.messages().stream())
                .map(Source.Listed::id)
                .toList();
    }

    /** Where the next listing begins. */
    static @Nullable String position(List<Source.Page> pages) {
        return pages.get(pages.size() - 1).position();
    }
}
