package dev.rowrunner.admin;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import org.jspecify.annotations.Nullable;

/** What a caller that is bound to one tenant may see and change. */
final class Tenancy {

    private Tenancy() {}

    /** The only tenant to look at, or null for every tenant's. */
    static @Nullable String of(Caller caller, @Nullable String asked) {
        if (caller.tenant() == null || asked == null || asked.equals(caller.tenant())) {
            return caller.tenant() == null ? asked : caller.tenant();
        }
        throw Refused.forbidden("'" + caller.name() + "' is bound to tenant '" + caller.tenant()
                + "' and has no access to tenant '" + asked + "'.");
    }

    /** Queues and schedules are every tenant's. */
    static void requireUnbound(Caller caller) {
        if (caller.tenant() != null) {
            throw Refused.forbidden("'" + caller.name() + "' is bound to tenant '" + caller.tenant()
                    + "' and may not use what all tenants share, such as queues and schedules.");
        }
    }
}
