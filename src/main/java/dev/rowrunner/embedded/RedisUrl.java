package dev.rowrunner.embedded;

import io.lettuce.core.RedisURI;

/** Where Redis is and who asks. Errors and {@link #toString} never show the password. */
public record RedisUrl(String text) {

    /**
     * Reads the form that every Redis client knows.
     *
     * @throws IllegalArgumentException saying what is wrong; it begins with "is", for a caller to put the name before
     */
    public static RedisUrl parse(String text) {
        var url = new RedisUrl(text.strip());
        try {
            url.uri();
        } catch (RuntimeException e) {
            // Its own message may quote the password, so it is not passed on.
            throw new IllegalArgumentException("is not of the form redis://:password@host:6379/0 or rediss://..."
                    + " (in a user or password, the characters : / ? # @ and % must be percent-encoded)");
        }
        return url;
    }

    RedisURI uri() {
        return RedisURI.create(text);
    }

    /** Names the server in errors and logs. */
    public String place() {
        var uri = uri();
        return uri.getHost() == null
                ? "the sentinels of " + uri.getSentinelMasterId()
                : uri.getHost() + ":" + uri.getPort();
    }

    @Override
    public String toString() {
        return "RedisUrl[" + place() + "]";
    }
}
