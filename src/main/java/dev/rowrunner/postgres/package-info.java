/** Facts about PostgreSQL and its driver that every other package may rely on. */
@NullMarked
package dev.rowrunner.postgres;

import org.jspecify.annotations.NullMarked;
