package dev.rowrunner.runner.jobrunr;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Guesses what somebody meant who wrote a name that does not exist. */
final class Nearest {

    private Nearest() {}

    /** {@code ; did you mean 'x'?}, or nothing where no known name is near. */
    static String to(String written, Collection<String> known) {
        var distance = new LevenshteinDistance(Math.max(2, written.length() / 2));
        return known.stream()
                .filter(name -> distance.apply(written, name) >= 0)
                .min(Comparator.comparing(name -> distance.apply(written, name)))
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }
}
