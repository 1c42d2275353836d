/** Security of the HTTP interface: tokens, roles, bounds. Its errors become problem+json one door further. */
@NullMarked
package dev.rowrunner.http;

import org.jspecify.annotations.NullMarked;
