package dev.rowrunner.runner;

import java.util.Optional;

/** What this process knows of kinds, for those who take jobs from elsewhere. */
public interface Kinds {

    /**
     * Reads args, a JSON object, as the kind's handler will. Answers what is wrong with them; nothing where they fit, or
     * where the handler is in another process.
     */
    Optional<String> misfit(String kind, String args);
}
