/** What operators see of the runner: health, metrics, jobs. */
@NullMarked
package dev.rowrunner.admin;

import org.jspecify.annotations.NullMarked;
