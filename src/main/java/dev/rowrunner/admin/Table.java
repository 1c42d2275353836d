package dev.rowrunner.admin;

import java.io.PrintWriter;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints rows as a table for people: a heading, and columns as wide as their widest value. */
final class Table {

    private static final int WIDEST = 60;

    private Table() {}

    static void print(PrintWriter out, List<Map<String, @Nullable Object>> rows) {
        if (rows.isEmpty()) {
            out.println("none");
            return;
        }
        var columns = List.copyOf(rows.get(0).keySet());
        var widths = columns.stream()
                .collect(Collectors.toMap(
                        column -> column,
                        column -> rows.stream()
                                .mapToInt(row -> text(row.get(column)).length())
                                .reduce(column.length(), Math::max)));
        out.println(columns.stream()
                .map(column -> padded(column.toUpperCase(Locale.ROOT).replace('_', ' '), widths.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing());
        rows.forEach(row -> out.println(columns.stream()
                .map(column -> padded(text(row.get(column)), widths.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing()));
        out.flush();
    }

    private static String padded(String text, @Nullable Integer width) {
        return text + " ".repeat(Math.max(0, Objects.requireNonNull(width) - text.length()));
    }

    /** In one line; times in UTC. */
    static String line(@Nullable Object value) {
        if (value == null) {
            return "-";
        }
        return value instanceof Timestamp at
                ? at.toInstant().toString()
                : value.toString().replaceAll("\\s+", " ");
    }

    private static String text(@Nullable Object value) {
        var text = line(value);
        return text.length() > WIDEST ? text.substring(0, WIDEST - 3) + "..." : text;
    }
}
