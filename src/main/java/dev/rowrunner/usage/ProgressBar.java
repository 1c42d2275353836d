package dev.rowrunner.usage;

import picocli.CommandLine.Help.Ansi;

/** Draws how far a run is on a terminal's standard error; nothing where there is no terminal. */
class ProgressBar implements Aggregation.Progress {

    private static final int WIDTH = 30;

    private final String label;
    private final boolean terminal = Ansi.AUTO.enabled();
    private int drawn = -1;

    ProgressBar(String label) {
        this.label = label;
    }

    @Override
    public synchronized void at(long done, long total) {
        int filled = total == 0 ? WIDTH : (int) Math.min(WIDTH, WIDTH * done / total);
        if (terminal && filled != drawn) {
            drawn = filled;
            System.err.printf(
                    "\r%s [%s%s] %,d of %,d", label, "#".repeat(filled), "-".repeat(WIDTH - filled), done, total);
            System.err.flush();
        }
    }

    /** Takes the bar off the terminal. */
    synchronized void close() {
        if (drawn >= 0) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }
}
