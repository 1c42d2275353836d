/** Starts a real PostgreSQL and a real Redis for a machine that has none. */
@NullMarked
package dev.rowrunner.embedded;

import org.jspecify.annotations.NullMarked;
