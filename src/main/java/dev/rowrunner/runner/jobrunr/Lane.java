package dev.rowrunner.runner.jobrunr;

/**
 * What waits in one queue for one kind and one tenant. Within a lane the order is exact; claims read its head.
 *
 * @param tenant empty for jobs of no tenant
 */
record Lane(String queue, String kind, String tenant) {}
