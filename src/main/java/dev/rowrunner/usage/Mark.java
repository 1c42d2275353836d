package dev.rowrunner.usage;

import org.jspecify.annotations.Nullable;

/**
 * What the last flush wrote beside a counter in Redis: the counter's epoch there, and what it read. It lives exactly as
 * long as the counter, so a counter without one is newly born, and one with a higher number than its own row in
 * PostgreSQL is ordinary, since the mark is written before the commit; a lower number means that Redis was restored.
 *
 * @param epoch random id of the counter's life
 * @param base the part of the value that an earlier epoch has brought
 * @param flush number of the flush that wrote this
 * @param value as that flush read it
 */
record Mark(long epoch, long base, long flush, long value) {

    static @Nullable Mark parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int first = text.indexOf(' ');
        int second = text.indexOf(' ', first + 1);
        int third = text.indexOf(' ', second + 1);
        return new Mark(
                Long.parseLong(text, 0, first, 10),
                Long.parseLong(text, first + 1, second, 10),
                Long.parseLong(text, second + 1, third, 10),
                Long.parseLong(text, third + 1, text.length(), 10));
    }

    /** The value comes last: {@code discover.lua} compares the end of the text. */
    @Override
    public String toString() {
        return epoch + " " + base + " " + flush + " " + value;
    }
}
