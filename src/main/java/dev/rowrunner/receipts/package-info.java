/** Receipt sync: lists mails of businesses' mailboxes, and stores what they say as receipts. */
@NullMarked
package dev.rowrunner.receipts;

import org.jspecify.annotations.NullMarked;
