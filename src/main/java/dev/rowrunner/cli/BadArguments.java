package dev.rowrunner.cli;

import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with the arguments in a line or two, rather than with the whole help. */
final class BadArguments implements IParameterExceptionHandler {

    private static final int NO_SUCH_COMMAND = 2;
    private static final int BAD_VALUE = 1;

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        var err = failure.getCommandLine().getErr();
        err.println(failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            err.println("Try '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
        }
        err.flush();
        return failure instanceof UnmatchedArgumentException || failure instanceof MissingParameterException
                ? NO_SUCH_COMMAND
                : BAD_VALUE;
    }
}
