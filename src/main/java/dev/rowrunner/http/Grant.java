package dev.rowrunner.http;

import dev.rowrunner.runner.Role;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a new token is to open.
 *
 * @param name 1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first
 * @param tenant the only tenant that its bearer may see and change; null: every tenant
 * @param business the only business that its bearer may see and change; null: every business
 * @param lasts how long it may be used; null: until it is revoked
 */
public record Grant(
        String name,
        Role role,
        @Nullable String tenant,
        @Nullable String business,
        @Nullable Duration lasts) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Duration LONGEST = Duration.ofDays(3650);

    public Grant {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A token is named by 1 to 63 letters, digits, dots, hyphens or"
                    + " underscores, a letter or digit first; was '" + name + "'.");
        }
        refuseBlank("tenant", tenant);
        refuseBlank("business", business);
        if (lasts != null && (lasts.compareTo(Duration.ofSeconds(1)) < 0 || lasts.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "A token lasts from 1s to " + LONGEST.toDays() + "d, or until it is revoked; was " + lasts + ".");
        }
    }

    /** Of everything, until it is revoked. */
    static Grant of(String name, Role role) {
        return new Grant(name, role, null, null, null);
    }

    /** A blank one would be taken for none, which opens everything. */
    private static void refuseBlank(String what, @Nullable String value) {
        if (value != null && (value.isBlank() || value.length() > 500)) {
            throw new IllegalArgumentException(
                    "The " + what + " of a token has 1 to 500 characters; was '" + value.strip() + "'.");
        }
    }
}
