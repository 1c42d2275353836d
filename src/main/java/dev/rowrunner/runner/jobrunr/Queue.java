package dev.rowrunner.runner.jobrunr;

/**
 * A queue's row as a worker last read it.
 *
 * @param limited only so many of its jobs run at once
 * @param rated only so many of its jobs start in an interval
 */
record Queue(String name, int priority, boolean paused, boolean limited, boolean rated) {}
