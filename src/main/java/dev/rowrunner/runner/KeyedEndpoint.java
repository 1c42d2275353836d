package dev.rowrunner.runner;

/**
 * A path that anybody may GET without a token, because what answers there asks for a key of its own, and refuses whoever
 * has neither that nor a role. A family declares each as a bean; everything else stays closed.
 *
 * @param path without variables or wildcards
 */
public record KeyedEndpoint(String path) {

    public KeyedEndpoint {
        if (!path.matches("(/[A-Za-z0-9-]+)+")) {
            throw new IllegalArgumentException("A keyed endpoint is one plain path like /api/diagnostics, was " + path);
        }
    }
}
