package dev.rowrunner.runner;

/** Thrown by a handler whose job has become pointless: it ends as deleted, with the reason, and is not tried again. */
public class Discard extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param reason what an operator reads beside the job */
    public Discard(String reason) {
        super(reason);
    }

    public Discard(String reason, Throwable cause) {
        super(reason, cause);
    }
}
