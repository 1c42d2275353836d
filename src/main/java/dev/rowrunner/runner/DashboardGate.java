package dev.rowrunner.runner;

import org.jspecify.annotations.Nullable;

/** Decides who may use the dashboard. The dashboard is on the ground floor and the accounts are on the roof. */
public interface DashboardGate {

    enum Access {
        /** It is not known who that is. */
        NONE,
        /** It is known, and may not come in. */
        REFUSED,
        /** Nobody can tell now; later it may be. */
        UNKNOWN_NOW,
        VIEW,
        ACT
    }

    /**
     * Who came, and what he may do.
     *
     * @param name by which the audit calls who it is
     * @param reason for those that may not come in
     */
    record Visitor(
            Access access, @Nullable String name, @Nullable String reason) {

        public static final Visitor UNKNOWN = new Visitor(Access.NONE, null, null);

        public static final Visitor UNKNOWN_NOW = new Visitor(Access.UNKNOWN_NOW, null, null);

        public static Visitor admitted(Access access, String name) {
            return new Visitor(access, name, null);
        }

        public static Visitor refused(String name, String reason) {
            return new Visitor(Access.REFUSED, name, reason);
        }
    }

    /** Who the bearer of these HTTP Basic credentials is. An unknown or revoked secret is {@link Visitor#UNKNOWN}. */
    Visitor visitor(String name, String secret);
}
