package dev.rowrunner.receipts;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which business a caller is about. */
final class Business {

    private static final int LONGEST = 125;

    private Business() {}

    /** Of who changes something for one: the one that he is bound to, or that an admin names. */
    static String of(Caller caller, @Nullable String named) {
        requireNoTenant(caller);
        if (caller.business() == null && named != null && caller.role() != Role.ADMIN) {
            throw Refused.forbidden("'" + caller.name() + "' with role "
                    + caller.role().word()
                    + " may not name a business: use a token that is bound to it ('token create NAME --business B'), or one"
                    + " of role admin.");
        }
        return visible(caller, named)
                .orElseThrow(() -> Refused.field(
                        "business_id",
                        "business_id is missing: '" + caller.name()
                                + "' is bound to no business, so an admin names one"));
    }

    /** Which one's data to look at; nothing: every business'. */
    static Optional<String> visible(Caller caller, @Nullable String named) {
        requireNoTenant(caller);
        if (caller.business() != null && named != null && !named.equals(caller.business())) {
            throw Refused.forbidden("'" + caller.name() + "' is bound to business '" + caller.business()
                    + "' and has no access to business '" + named + "'.");
        }
        return Optional.ofNullable(caller.business() == null ? named : caller.business())
                .map(Business::checked);
    }

    /** A name that may stand in a key. */
    static String checked(String business) {
        if (business.isBlank() || business.length() > LONGEST || business.indexOf('\0') >= 0) {
            throw Refused.field(
                    "business_id", "business_id must have 1 to " + LONGEST + " characters, not all blank, and no NUL");
        }
        return business;
    }

    /** What belongs to a tenant are jobs; mailboxes and receipts belong to businesses. */
    private static void requireNoTenant(Caller caller) {
        if (caller.tenant() != null && caller.business() == null) {
            throw Refused.forbidden("'" + caller.name() + "' is bound to tenant '" + caller.tenant()
                    + "', and to no business: 'token create NAME --business B' makes a token for one.");
        }
    }
}
