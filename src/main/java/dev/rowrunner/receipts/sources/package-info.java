/**
 * Where mails come from: Gmail, an IMAP server, a folder. Lists what is new, page by page, and fetches one mail. Knows
 * neither tables nor jobs.
 */
@NullMarked
package dev.rowrunner.receipts.sources;

import org.jspecify.annotations.NullMarked;
