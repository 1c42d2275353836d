package dev.rowrunner.receipts.sources;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mailbox. Called by several threads at once.
 *
 * <p>Besides {@link SourceFailure}s its methods throw {@link IOException}s, where trying again later may help.
 */
public interface Source extends AutoCloseable {

    /**
     * A mail as it was listed.
     *
     * @param id the source's own, the same at every listing
     * @param place where to fetch it
     * @param version differs when there is other content under the same id; empty where that can't be
     */
    record Listed(String id, String place, String version) {}

    /**
     * What one look has found.
     *
     * @param scan where the next page begins; null: this was the last one
     * @param position with the last page, where the next incremental listing begins
     * @param total how many mails the whole listing has, as far as is known by now
     */
    record Page(
            List<Listed> messages,
            @Nullable String scan,
            @Nullable String position,
            long total) {

        public static Page last(List<Listed> messages, String position, long total) {
            return new Page(messages, null, position, total);
        }

        public static Page of(List<Listed> messages, String scan, long total) {
            return new Page(messages, scan, null, total);
        }
    }

    /**
     * Lists a page. Mails may be listed again, and none that is there from the first page to the last is left out.
     *
     * @param full everything, rather than what is new since the position
     * @param position of the last listing that has ended; null: none has
     * @param scan of the page before; null: a new listing begins
     */
    Page page(boolean full, @Nullable String position, @Nullable String scan) throws IOException;

    /** Writes a mail in the form of RFC 5322. What the stream throws ends it. */
    void fetch(Listed message, OutputStream to) throws IOException;

    /** Gives back what was not used for a while. */
    default void rest() {}

    @Override
    void close();
}
