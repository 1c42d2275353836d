/** Security of the HTTP interface, and its errors as problem+json. */
@NullMarked
package dev.rowrunner.http;

import org.jspecify.annotations.NullMarked;
