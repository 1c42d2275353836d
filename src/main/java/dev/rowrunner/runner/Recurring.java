package dev.rowrunner.runner;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The definition of a job that recurs. A family declares it as a bean.
 *
 * @param id stable name of the definition, unique in the installation: {@code usage-aggregation}
 * @param kind what to run
 * @param args the args of every run
 * @param schedule when to run
 */
public record Recurring<A>(String id, JobKind<A> kind, A args, Schedule schedule) {

    /** When a recurring job is due: by a cron expression in a zone, or each time an interval has passed. */
    public sealed interface Schedule {}

    /**
     * Due at each instant that the expression names in its zone.
     *
     * @param expression five fields (minute first), or six (second first)
     */
    public record Cron(String expression, ZoneId zone) implements Schedule {}

    /**
     * Due each time the interval has passed.
     *
     * @param interval at least 5 seconds
     */
    public record Every(Duration interval) implements Schedule {
        public Every {
            if (interval.compareTo(Duration.ofSeconds(5)) < 0) {
                throw new IllegalArgumentException("A job recurs every 5 seconds at most, was " + interval);
            }
        }
    }

    public static <A> Recurring<A> cron(String id, String expression, ZoneId zone, JobKind<A> kind, A args) {
        return new Recurring<>(id, kind, args, new Cron(expression, zone));
    }

    /** By a cron expression in UTC. */
    public static <A> Recurring<A> cron(String id, String expression, JobKind<A> kind, A args) {
        return cron(id, expression, ZoneOffset.UTC, kind, args);
    }

    public static <A> Recurring<A> every(String id, Duration interval, JobKind<A> kind, A args) {
        return new Recurring<>(id, kind, args, new Every(interval));
    }
}
