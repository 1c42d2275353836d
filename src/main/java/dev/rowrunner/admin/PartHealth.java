package dev.rowrunner.admin;

import org.springframework.boot.health.contributor.Status;

/**
 * How one part of the installation is.
 *
 * @param reason why it is not UP, or what it has to say; may be empty
 */
record PartHealth(String part, String status, String reason) {

    boolean isUp() {
        return status.equals(Status.UP.getCode());
    }
}
