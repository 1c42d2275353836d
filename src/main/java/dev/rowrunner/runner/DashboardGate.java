package dev.rowrunner.runner;

/** Decides who may use the dashboard. The dashboard is on the ground floor and the accounts are on the roof. */
public interface DashboardGate {

    enum Access {
        NONE,
        VIEW,
        ACT
    }

    /** What the bearer of these HTTP Basic credentials may do. An unknown or revoked secret may do nothing. */
    Access accessOf(String name, String secret);
}
