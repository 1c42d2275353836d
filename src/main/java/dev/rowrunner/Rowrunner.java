package dev.rowrunner;

import dev.rowrunner.cli.CommandLineProgram;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The program. Without a command it is the server. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Rowrunner {

    public static void main(String[] args) {
        System.exit(CommandLineProgram.run(Rowrunner.class, args));
    }
}
