package dev.rowrunner.runner;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Each caller may call this endpoint at most so often in any period of that length, over all processes; further calls
 * are answered with 429 and are not counted. It stands in the hall because families may not import {@code http}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RateLimit {

    /** By which configuration and callers know the limit: {@code tickets.analyze}. No two endpoints have the same. */
    String name();

    /** From 1 to 1000. {@code rowrunner.http.rate-limits[NAME]=10/1h} says otherwise. */
    int permits();

    /** A number with its unit, from 1s to 31d: {@code 1h}. */
    String per();
}
