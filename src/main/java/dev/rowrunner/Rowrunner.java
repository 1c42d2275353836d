package dev.rowrunner;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The program. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Rowrunner {

    public static void main(String[] args) {
        SpringApplication.run(Rowrunner.class, args);
    }
}
