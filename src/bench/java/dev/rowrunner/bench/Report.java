package dev.rowrunner.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table that is printed: of each figure the median of the runs, with the least and the greatest. */
final class Report {

    private static final Map<String, String> FIGURES = new LinkedHashMap<>();

    static {
        FIGURES.put("drained", "drained, jobs/s");
        FIGURES.put("drainedSql", "drained, one update each");
        FIGURES.put("bulk", "bulk enqueue, jobs/s");
        FIGURES.put("single", "single enqueue, 16 callers");
        FIGURES.put("pickup100.p50", "pick-up at 100/s, p50 ms");
        FIGURES.put("pickup100.p95", "p95");
        FIGURES.put("pickup100.p99", "p99");
        FIGURES.put("pickup1000.p50", "pick-up at 1000/s, p50 ms");
        FIGURES.put("pickup1000.p95", "p95");
        FIGURES.put("pickup1000.p99", "p99");
        FIGURES.put("walPerJob", "WAL bytes per job");
        FIGURES.put("commitsPerJob", "commits per job");
        FIGURES.put("ownCpuPer1000", "CPU s of the runner per 1000 jobs");
        FIGURES.put("postgresCpuPer1000", "CPU s of PostgreSQL per 1000 jobs");
        FIGURES.put("heapMb", "peak memory, MB (Java: heap; Node: resident)");
    }

    private Report() {}

    static void print(Map<String, List<Map<String, Object>>> runsByContender) {
        System.out.println("| | " + String.join(" | ", runsByContender.keySet()) + " |");
        System.out.println("|---|" + "---|".repeat(runsByContender.size()));
        FIGURES.forEach((path, label) -> System.out.println("| " + label + " | "
                + runsByContender.values().stream()
                        .map(runs -> cell(path, runs))
                        .collect(Collectors.joining(" | ")) + " |"));
    }

    private static String cell(String path, List<Map<String, Object>> runs) {
        var values = runs.stream().flatMap(run -> value(run, path)).sorted().toList();
        if (values.isEmpty()) {
            return "-";
        }
        var median = text(values.get(values.size() / 2));
        return values.size() == 1
                ? median
                : median + " (" + text(values.get(0)) + " to " + text(values.get(values.size() - 1)) + ")";
    }

    private static Stream<Double> value(Map<String, Object> run, String path) {
        Object found = run;
        for (var name : path.split("\\.")) {
            found = found instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return found instanceof Number number ? Stream.of(number.doubleValue()) : Stream.empty();
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
