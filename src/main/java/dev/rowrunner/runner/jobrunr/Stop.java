package dev.rowrunner.runner.jobrunr;

/**
 * Why a running attempt was interrupted.
 *
 * @param cause what that makes of the attempt if it ends without having succeeded
 * @param reason for people
 */
record Stop(Cause cause, String reason) {

    enum Cause {
        TIMEOUT,
        CANCEL,
        SHUTDOWN,
        /** Another worker has the job; whatever this attempt says is refused. */
        LOST_LEASE
    }
}
