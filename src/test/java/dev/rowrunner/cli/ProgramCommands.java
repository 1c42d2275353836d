package dev.rowrunner.cli;

import dev.rowrunner.Rowrunner;
import org.springframework.beans.factory.BeanFactory;
import picocli.CommandLine;

/** Lends the program's own command line to tests in other packages. */
public final class ProgramCommands {

    private ProgramCommands() {}

    public static CommandLine of(BeanFactory beans) {
        return new Commands(Rowrunner.class).asBeans(beans);
    }
}
