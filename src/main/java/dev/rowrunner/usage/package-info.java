/** Usage metering: counts in Redis, keeps the totals in PostgreSQL. */
@NullMarked
package dev.rowrunner.usage;

import org.jspecify.annotations.NullMarked;
