/** The program: where it starts, and nothing else. */
@NullMarked
package dev.rowrunner;

import org.jspecify.annotations.NullMarked;
