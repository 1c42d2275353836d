package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import org.springframework.security.access.AccessDeniedException;

/** A caller bound to a tenant or a business asks for what belongs to all of them. */
final class NotForBound extends AccessDeniedException {

    NotForBound(Caller caller) {
        super("It is bound to "
                + (caller.tenant() != null ? "tenant '" + caller.tenant() : "business '" + caller.business())
                + "', and this endpoint does not tell whose data it handles.");
    }
}
