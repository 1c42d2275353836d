/** The machine room: runs the hall's jobs on JobRunr. The only importer of {@code org.jobrunr}. */
@NullMarked
package dev.rowrunner.runner.jobrunr;

import org.jspecify.annotations.NullMarked;
