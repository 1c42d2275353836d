package dev.rowrunner.embedded;

/** A native program ended with an error. The message carries its output. */
final class NativeProgramFailed extends RuntimeException {

    final String output;

    NativeProgramFailed(String program, int exitCode, String output) {
        super(program + " failed with exit code " + exitCode + ": " + output.replaceAll("\\s*\\R\\s*", " "));
        this.output = output;
    }
}
