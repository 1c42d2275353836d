package dev.rowrunner.runner;

import org.jspecify.annotations.Nullable;

/**
 * In whose name the current thread acts: {@code http:alice}, {@code dashboard:alice}, {@code cli:root}. Every
 * transaction that begins meanwhile carries the name, and the audit's triggers write it down.
 */
public final class Actor {

    private static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

    private Actor() {}

    /** Ends the acting when closed. */
    public interface Acting extends AutoCloseable {
        @Override
        void close();
    }

    public static Acting as(String name) {
        var before = CURRENT.get();
        CURRENT.set(name);
        return () -> restore(before);
    }

    private static void restore(@Nullable String before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** Null: the program itself. */
    public static @Nullable String current() {
        return CURRENT.get();
    }
}
