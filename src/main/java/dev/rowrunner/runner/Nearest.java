package dev.rowrunner.runner;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Guesses what somebody meant who wrote a name that does not exist. */
public final class Nearest {

    /** Nobody means a name by more, and comparing costs the product of both lengths. */
    private static final int LONGEST = 100;

    private Nearest() {}

    /** {@code ; did you mean 'x'?}, or nothing where no known name is near. */
    public static String to(String written, Collection<String> known) {
        if (written.length() > LONGEST) {
            return "";
        }
        var distance = new LevenshteinDistance(Math.max(2, written.length() / 2));
        return known.stream()
                .filter(name -> distance.apply(written, name) >= 0)
                .min(Comparator.comparing(name -> distance.apply(written, name)))
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }
}
