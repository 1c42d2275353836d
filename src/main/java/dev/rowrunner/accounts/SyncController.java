package dev.rowrunner.accounts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Schedules;
import dev.rowrunner.runner.Summary;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Enqueues syncs and tells how they go, under the addresses of the system that this family replaces. */
@RestController
@RequestMapping("/api/admin/aa")
class SyncController {

    private static final int EVENTS = 20;

    private final AccountSync accountSync;
    private final SyncQueues queues;
    private final SchedulerEvents events;
    private final Schedules schedules;
    private final Jobs jobs;
    private final AccountsProperties properties;
    private final boolean embedded;
    private final Clock clock;

    SyncController(
            AccountSync accountSync,
            SyncQueues queues,
            SchedulerEvents events,
            Schedules schedules,
            Jobs jobs,
            AccountsProperties properties,
            @Value("${rowrunner.embedded:false}") boolean embedded,
            Clock clock) {
        this.accountSync = accountSync;
        this.queues = queues;
        this.events = events;
        this.schedules = schedules;
        this.jobs = jobs;
        this.properties = properties;
        this.embedded = embedded;
        this.clock = clock;
    }

    // ---- syncs

    /** @param queued false if a sync of the account waits or runs already; then there is no job id */
    record Enqueued(
            boolean queued,
            @JsonProperty("job_id") @Nullable UUID jobId,
            @JsonProperty("user_id") String userId,
            @JsonProperty("account_id") String accountId,
            @JsonProperty("since_ts") @Nullable Instant since) {}

    @Summary("Enqueues a sync of one account, unless one waits or runs already")
    @PostMapping("/enqueue-sync")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Enqueued enqueue(
            @RequestParam("user_id") String userId,
            @RequestParam("account_id") String accountId,
            @Summary("How far back; from some days before the last sync on unless said")
                    @RequestParam("since_days")
                    @Min(0)
                    @Max(3650)
                    @Nullable
                    Integer sinceDays) {
        if (!accountSync.isLinked(userId, accountId)) {
            throw Refused.notFound("User '" + userId + "' has no account '" + accountId
                    + "'. The accounts of his consents are in the view aa_accounts; POST /api/accounts/consents asks for"
                    + " a consent.");
        }
        var since = sinceDays == null ? null : clock.instant().minus(Duration.ofDays(sinceDays));
        var job = accountSync.queued(userId, accountId, since);
        return new Enqueued(job.isPresent(), job.orElse(null), userId, accountId, since);
    }

    /** @param counts of jobs by state */
    record WorkerStats(
            int workers,
            Map<String, Long> counts,
            List<SyncQueues.Attempt> current,
            SyncQueues.@Nullable Attempt last) {}

    @Summary("How many syncs are in each state, which run, and how the last one ended")
    @GetMapping("/worker/stats")
    WorkerStats workerStats() {
        return new WorkerStats(
                queues.workers(),
                queues.counts(),
                queues.current(),
                queues.last().orElse(null));
    }

    record QueueStatus(Map<String, SyncQueues.Size> queues) {}

    @Summary("How much is in each set, and since when")
    @GetMapping("/queue/status")
    QueueStatus queueStatus() {
        return new QueueStatus(queues.sets());
    }

    record Cleared(Map<String, Long> cleared) {}

    @Summary("Ends all syncs that wait, are to be retried, or were given up; with APP_ENV=development alone")
    @DeleteMapping("/queue/clear")
    @PreAuthorize("hasRole('ADMIN')")
    Cleared clear() {
        if (!isDevelopment()) {
            throw Refused.conflict("Queues are cleared with APP_ENV=development alone, which is '" + properties.appEnv()
                    + "' here. To end dead letters of syncs, POST /api/dead-letters/discard?queue=aa_sync.");
        }
        return new Cleared(queues.clear());
    }

    private boolean isDevelopment() {
        return properties.appEnv().isBlank() ? embedded : properties.appEnv().equals("development");
    }

    // ---- the scheduler

    /**
     * @param enabled false while it is paused, by AA_SCHEDULER_ENABLED or by an operator
     * @param enqueued by the last run
     * @param skipped by the last run: how many stale accounts got no job, by the reason
     */
    record SchedulerStats(
            boolean enabled,
            @JsonProperty("interval_hours") double intervalHours,
            @JsonProperty("stale_threshold_hours") double staleThresholdHours,
            @JsonProperty("last_run") @Nullable Instant lastRun,
            @JsonProperty("next_run") @Nullable Instant nextRun,
            int enqueued,
            Map<String, Integer> skipped,
            List<SchedulerEvents.Event> events) {}

    @Summary("When stale accounts were last looked for and will be next, and what came of it")
    @GetMapping("/scheduler/stats")
    SchedulerStats schedulerStats() {
        var schedule = schedules.find(EnqueueStale.SCHEDULE);
        var newest = events.newest(EVENTS);
        var last = newest.stream().findFirst();
        return new SchedulerStats(
                schedule.map(Schedules.Entry::enabled).orElse(false),
                hours(schedule.map(Schedules.Entry::every).orElse(properties.syncInterval())),
                hours(properties.staleAfter()),
                last.map(SchedulerEvents.Event::startedAt).orElse(null),
                schedule.filter(Schedules.Entry::enabled)
                        .map(Schedules.Entry::nextDue)
                        .orElse(null),
                last.map(SchedulerEvents.Event::enqueued).orElse(0),
                last.map(SchedulerEvents.Event::skipped).orElse(Map.of()),
                newest);
    }

    private static double hours(Duration duration) {
        return duration.toMillis() / 3_600_000.0;
    }

    record Triggered(@JsonProperty("job_id") UUID jobId) {}

    /** Through its schedule, where that is seen; one that an operator has removed is no reason not to look. */
    @Summary("Looks for stale accounts now")
    @PostMapping("/scheduler/trigger")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Triggered trigger() {
        var job = schedules.find(EnqueueStale.SCHEDULE).isPresent()
                ? schedules.trigger(EnqueueStale.SCHEDULE)
                : jobs.enqueue(EnqueueStale.KIND, new EnqueueStale.Args());
        return new Triggered(job);
    }
}
