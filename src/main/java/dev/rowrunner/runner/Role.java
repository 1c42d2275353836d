package dev.rowrunner.runner;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the bearer of a token may do. Each role may do all that the one before it may. */
public enum Role {
    /** Looks. */
    VIEWER,
    /** Looks and acts: enqueues, retries, pauses. */
    OPERATOR,
    /** Does everything. */
    ADMIN;

    /** The name by which commands, the table and messages call it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no role is called so */
    public static Role ofWord(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no role '" + word + "'; the roles are " + words() + "."));
    }

    /** All of them, for a message. */
    public static String words() {
        return Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "));
    }
}
