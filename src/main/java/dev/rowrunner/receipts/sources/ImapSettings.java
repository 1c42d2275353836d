package dev.rowrunner.receipts.sources;

/**
 * A mailbox of an IMAP server.
 *
 * @param folder of the mailbox, INBOX as a rule
 */
public record ImapSettings(String host, int port, Security security, String user, String folder) {

    /** How the connection is kept from strangers. */
    public enum Security {
        /** Encrypted from the first byte. */
        TLS,
        /** Encrypted before anything is told. */
        STARTTLS,
        /** Readable by all on the way, the password too. */
        NONE
    }
}
