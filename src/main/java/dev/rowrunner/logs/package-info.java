/** How a log line looks. */
@NullMarked
package dev.rowrunner.logs;

import org.jspecify.annotations.NullMarked;
