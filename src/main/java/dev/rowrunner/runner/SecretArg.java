package dev.rowrunner.runner;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component of an args record that nobody but the handler may read. Views, HTTP and dashboard show {@code ***}
 * instead, and so do errors and log lines of the job that repeat its value. It is stored as it is, in
 * {@code rowrunner.job} and {@code rowrunner.job_body}: what must not be there in clear has to be encrypted before. It can't be a tenant or a
 * concurrency key, which are shown.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface SecretArg {}
