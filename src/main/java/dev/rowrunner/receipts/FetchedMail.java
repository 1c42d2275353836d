package dev.rowrunner.receipts;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/**
 * A mail on its way from its source, in a file rather than in memory. The file has no name from the beginning, so that
 * nothing is left of it whatever dies.
 */
final class FetchedMail implements AutoCloseable {

    private final long most;
    private final FileChannel file;

    /** @param most bytes that are kept; what comes after them is not fetched */
    FetchedMail(long most) throws IOException {
        this.most = most;
        var path = Files.createTempFile("rowrunner-mail-", ".eml");
        try {
            this.file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } finally {
            // The open file stays with us; where a system can't do that, it goes when it is closed.
            Files.deleteIfExists(path);
        }
    }

    interface Fetch {
        void into(OutputStream to) throws IOException;
    }

    /** Ends the fetching; not a failure. */
    private static final class Enough extends IOException {
        private static final long serialVersionUID = 1;
    }

    void fill(Fetch fetch) throws IOException {
        file.truncate(0);
        var to = new Bounded(Channels.newOutputStream(file), most);
        try {
            fetch.into(to);
        } catch (IOException e) {
            if (!isEnough(e)) {
                throw e;
            }
        }
    }

    private static boolean isEnough(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof Enough) {
                return true;
            }
        }
        return false;
    }

    /** From its beginning. */
    InputStream content() throws IOException {
        file.position(0);
        return new BufferedInputStream(Channels.newInputStream(file), 64 * 1024);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static final class Bounded extends FilterOutputStream {
        private long left;

        Bounded(OutputStream to, long most) {
            super(to);
            this.left = most;
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int taken = (int) Math.min(left, length);
            out.write(bytes, offset, taken);
            left -= taken;
            if (taken < length) {
                throw new Enough();
            }
        }
    }
}
