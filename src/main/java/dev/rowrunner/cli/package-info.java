/** The command line. */
@NullMarked
package dev.rowrunner.cli;

import org.jspecify.annotations.NullMarked;
