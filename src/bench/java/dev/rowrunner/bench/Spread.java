package dev.rowrunner.bench;

import java.util.List;
import java.util.Locale;

/** What several runs gave: the median, the least and the greatest. Of an even number, the greater one of the middle. */
record Spread(double median, double least, double greatest, int runs) {

    /** Of at least one. */
    static Spread of(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int runs = sorted.size();
        return new Spread(sorted.get(runs / 2), sorted.get(0), sorted.get(runs - 1), runs);
    }

    String text() {
        return runs == 1 ? text(median) : "%s (%s to %s)".formatted(text(median), text(least), text(greatest));
    }

    static String text(double value) {
        return String.format(
                Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.4f", value);
    }
}
