/** Every error of the HTTP interface as problem+json. */
@NullMarked
package dev.rowrunner.http.problems;

import org.jspecify.annotations.NullMarked;
