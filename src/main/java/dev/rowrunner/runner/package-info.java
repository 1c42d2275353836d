/** The public hall of the job runner: what a family needs to declare, enqueue and run jobs. */
@NullMarked
package dev.rowrunner.runner;

import org.jspecify.annotations.NullMarked;
