package dev.rowrunner.runner;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The definition of a job that recurs. A family declares it as a bean. It is a default: an operator may change it while
 * it runs, and no later declaration overwrites what he changed. Immutable; each method below {@link #cron} answers a
 * changed copy.
 *
 * @param id stable name of the definition, unique in the installation: {@code usage-aggregation}
 * @param kind what to run
 * @param args the args of every run
 * @param schedule when to run
 * @param misfire what becomes of times that were missed because no worker was there
 * @param misfireCap at most so many of them run with {@link Misfire#ALL}, the newest; 1 to 1000
 * @param grace what was missed longer ago does not run any more; at most 31 days
 * @param overlap what becomes of a time at which an earlier run is unfinished
 * @param enabled false: paused until an operator resumes it
 */
public record Recurring<A>(
        String id,
        JobKind<A> kind,
        A args,
        Schedule schedule,
        Misfire misfire,
        int misfireCap,
        Duration grace,
        Overlap overlap,
        boolean enabled) {

    public static final Duration DEFAULT_GRACE = Duration.ofHours(1);
    public static final int DEFAULT_CAP = 100;

    /** What becomes of the times that were missed and are within the grace. */
    public enum Misfire {
        /** None of them runs. */
        SKIP,
        /** One run stands for all of them. */
        COALESCE,
        /** Each of them runs. Needs {@link Overlap#ALLOW}, since they would run at once. */
        ALL
    }

    /** What becomes of a time at which an earlier run is unfinished. */
    public enum Overlap {
        /** It does not run. */
        SKIP,
        /** It runs beside the earlier one. */
        ALLOW
    }

    /** When a recurring job is due: by a cron expression in a zone, or each time an interval has passed. */
    public sealed interface Schedule {}

    /**
     * Due at each instant that the expression names in its zone.
     *
     * @param expression five fields (minute first), or six (second first)
     */
    public record Cron(String expression, ZoneId zone) implements Schedule {}

    /**
     * Due at each multiple of the interval since 1970-01-01T00:00Z, so that no restart shifts it.
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

    /** By a cron expression in a zone. A run that was missed for up to an hour is made up for once; none overlap. */
    public static <A> Recurring<A> cron(String id, String expression, ZoneId zone, JobKind<A> kind, A args) {
        return of(id, kind, args, new Cron(expression, zone));
    }

    /** By a cron expression in UTC. */
    public static <A> Recurring<A> cron(String id, String expression, JobKind<A> kind, A args) {
        return cron(id, expression, ZoneOffset.UTC, kind, args);
    }

    public static <A> Recurring<A> every(String id, Duration interval, JobKind<A> kind, A args) {
        return of(id, kind, args, new Every(interval));
    }

    private static <A> Recurring<A> of(String id, JobKind<A> kind, A args, Schedule schedule) {
        return new Recurring<>(
                id, kind, args, schedule, Misfire.COALESCE, DEFAULT_CAP, DEFAULT_GRACE, Overlap.SKIP, true);
    }

    public Recurring<A> misfire(Misfire misfire) {
        return new Recurring<>(id, kind, args, schedule, misfire, misfireCap, grace, overlap, enabled);
    }

    /** Makes up for each run that was missed, but for no more than the newest so many; runs may overlap then. */
    public Recurring<A> misfireAll(int cap) {
        return new Recurring<>(id, kind, args, schedule, Misfire.ALL, cap, grace, Overlap.ALLOW, enabled);
    }

    public Recurring<A> grace(Duration grace) {
        return new Recurring<>(id, kind, args, schedule, misfire, misfireCap, grace, overlap, enabled);
    }

    public Recurring<A> overlap(Overlap overlap) {
        return new Recurring<>(id, kind, args, schedule, misfire, misfireCap, grace, overlap, enabled);
    }

    /** Does not run until an operator resumes it. */
    public Recurring<A> paused() {
        return new Recurring<>(id, kind, args, schedule, misfire, misfireCap, grace, overlap, false);
    }
}
