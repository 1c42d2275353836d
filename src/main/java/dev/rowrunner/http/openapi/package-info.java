/** Describes the HTTP interface from its mapping: an OpenAPI document, and a page for people. */
@NullMarked
package dev.rowrunner.http.openapi;

import org.jspecify.annotations.NullMarked;
