package dev.rowrunner.runner;

import java.util.Optional;

/** What this process knows of kinds, for those who take jobs from elsewhere. */
public interface Kinds {

    /**
     * What is wrong with args.
     *
     * @param field where: {@code args.date}
     * @param message what, for whoever wrote them; without the values of secret ones
     */
    record Misfit(String field, String message) {}

    /**
     * Reads args, a JSON object, as the kind's handler will. Answers what is wrong with them; nothing where they fit, or
     * where the handler is in another process.
     */
    Optional<Misfit> misfit(String kind, String args);
}
