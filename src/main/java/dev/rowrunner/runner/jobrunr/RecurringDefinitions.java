package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Recurring;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.RecurringJob;
import org.jobrunr.scheduling.Schedule;
import org.jobrunr.scheduling.cron.CronExpression;
import org.jobrunr.scheduling.interval.Interval;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Makes the stored recurring jobs equal to the declared ones, leaving alone those that did not change. */
@Component
class RecurringDefinitions {

    /** JobRunr stores the next run ahead of time. It was never claimed, unlike one that waits for its retry. */
    private static final String DELETE_NEXT_RUN = """
            DELETE FROM jobrunr.jobrunr_jobs WHERE recurringJobId = :id AND state = 'SCHEDULED' AND version = 1
            """;

    private final ObjectProvider<Recurring<?>> declared;
    private final Handlers handlers;
    private final JsonArgs jsonArgs;
    private final JobStorage storage;
    private final JdbcClient jdbc;
    private final Clock clock;

    RecurringDefinitions(
            ObjectProvider<Recurring<?>> declared,
            Handlers handlers,
            JsonArgs jsonArgs,
            JobStorage storage,
            JdbcClient jdbc,
            Clock clock) {
        this.declared = declared;
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
        this.storage = storage;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** @throws IllegalStateException if a definition is wrong; then nothing was changed */
    void register() {
        register(declared.orderedStream().toList());
    }

    void register(List<Recurring<?>> definitions) {
        var wanted = new LinkedHashMap<String, RecurringJob>();
        definitions.forEach(definition -> add(wanted, definition));
        var stored = stored();
        stored.keySet().stream().filter(id -> !wanted.containsKey(id)).forEach(this::remove);
        wanted.values().forEach(job -> store(job, stored));
    }

    private void add(Map<String, RecurringJob> wanted, Recurring<?> definition) {
        if (wanted.put(definition.id(), recurringJob(definition)) != null) {
            throw new IllegalStateException(
                    "Two recurring definitions are named '" + definition.id() + "': rename or remove one");
        }
    }

    private <A> RecurringJob recurringJob(Recurring<A> definition) {
        try {
            var kind = definition.kind();
            handlers.of(kind.name());
            var details = new JobDetails(new StoredJob(kind.name(), jsonArgs.write(kind, definition.args())));
            var job = new RecurringJob(
                    definition.id(),
                    details,
                    schedule(definition.schedule()),
                    zone(definition.schedule()),
                    RecurringJob.CreatedBy.API,
                    clock.instant());
            job.setJobName(kind.name());
            storage.validateRecurringJobInterval(job.getSchedule().durationBetweenSchedules());
            return job;
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "Recurring definition '" + definition.id() + "' (" + text(definition.schedule())
                            + ") can't be scheduled: " + e.getMessage(),
                    e);
        }
    }

    private static Schedule schedule(Recurring.Schedule schedule) {
        return schedule instanceof Recurring.Cron cron
                ? new CronExpression(cron.expression())
                : new Interval(((Recurring.Every) schedule).interval());
    }

    private static ZoneId zone(Recurring.Schedule schedule) {
        return schedule instanceof Recurring.Cron cron ? cron.zone() : ZoneOffset.UTC;
    }

    private static String text(Recurring.Schedule schedule) {
        return schedule instanceof Recurring.Cron cron
                ? "cron '" + cron.expression() + "' in " + cron.zone()
                : "every " + ((Recurring.Every) schedule).interval();
    }

    private Map<String, RecurringJob> stored() {
        return storage.getRecurringJobs().stream().collect(Collectors.toMap(RecurringJob::getId, Function.identity()));
    }

    private void remove(String id) {
        storage.deleteRecurringJob(id);
        jdbc.sql(DELETE_NEXT_RUN).param("id", id).update();
    }

    private void store(RecurringJob job, Map<String, RecurringJob> stored) {
        var known = stored.get(job.getId());
        if (known != null && same(known, job)) {
            return;
        }
        storage.saveRecurringJob(job);
        // Otherwise the new schedule would begin only after the next run of the old one.
        jdbc.sql(DELETE_NEXT_RUN).param("id", job.getId()).update();
    }

    private static boolean same(RecurringJob known, RecurringJob job) {
        return known.getScheduleExpression().equals(job.getScheduleExpression())
                && known.getZoneId().equals(job.getZoneId())
                && request(known).equals(request(job));
    }

    private static Object request(RecurringJob job) {
        return job.getJobDetails().getJobParameterValues()[0];
    }
}
