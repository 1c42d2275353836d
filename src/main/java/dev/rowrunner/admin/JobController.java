package dev.rowrunner.admin;

import dev.rowrunner.admin.JobRecords.Discarded;
import dev.rowrunner.admin.JobRecords.Filter;
import dev.rowrunner.admin.JobRecords.NewJob;
import dev.rowrunner.admin.JobRecords.Why;
import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.annotation.JsonDeserialize;

/** Jobs over HTTP: look at them, enqueue, discard and requeue them, and ask why one does not run. */
@RestController
@RequestMapping("/api/jobs")
class JobController {

    private final JobRecords jobs;
    private final Names names;
    private final JobTenants tenants;

    JobController(JobRecords jobs, Names names, JobTenants tenants) {
        this.jobs = jobs;
        this.names = names;
        this.tenants = tenants;
    }

    /** Those that changed last first. */
    @Summary("Jobs, those that changed last first")
    @GetMapping
    Page<JobLine> list(
            @RequestParam @Nullable String state,
            @RequestParam @Nullable String kind,
            @RequestParam @Nullable String queue,
            @RequestParam @Pattern(regexp = Bounds.KEY, message = Bounds.KEY_RULE) @Nullable String tenant,
            @Valid Paging paging,
            @AuthenticationPrincipal Caller caller) {
        names.checkState(state);
        names.checkKind(kind);
        names.checkQueue(queue);
        var filter = new Filter(state, kind, queue, Tenancy.of(caller, tenant));
        return paging.of(jobs.list(filter, paging.offset(), paging.limit()));
    }

    /** With its attempts, their progress and their log lines. */
    @Summary("A job with its attempts, their progress and their log lines")
    @GetMapping("/{id}")
    JobStory show(@PathVariable UUID id, @AuthenticationPrincipal Caller caller) {
        return jobs.find(id, caller.tenant()).orElseThrow(() -> JobTenants.noJob(id));
    }

    /** Why it is not running. */
    @Summary("Why a job is not running, in a sentence and a code")
    @GetMapping("/{id}/why")
    Why why(@PathVariable UUID id, @AuthenticationPrincipal Caller caller) {
        return jobs.why(id, caller.tenant()).orElseThrow(() -> JobTenants.noJob(id));
    }

    /** @param args a JSON object; none is the same as an empty one */
    record EnqueueRequest(
            @NotNull String kind,

            @JsonDeserialize(using = ArgsJson.class) @Nullable
            String args,

            @Nullable String queue,
            @Nullable Instant runAt,

            @Pattern(regexp = Bounds.KEY, message = Bounds.KEY_RULE) @Nullable
            String uniqueKey,

            @Pattern(regexp = Bounds.KEY, message = Bounds.KEY_RULE) @Nullable
            String tenant,

            @Min(-100) @Max(100) @Nullable Integer priority,

            @Pattern(regexp = Bounds.KEY, message = Bounds.KEY_RULE) @Nullable
            String concurrencyKey) {

        NewJob job(@Nullable String ofTenant) {
            return new NewJob(
                    kind, args == null ? "{}" : args, queue, runAt, uniqueKey, ofTenant, priority, concurrencyKey);
        }
    }

    record JobAnswer(UUID id) {}

    /** 201, or 200 with the id of the job that holds the unique key. */
    @Summary("Enqueues a job, or answers the one that holds its unique key")
    @PostMapping
    ResponseEntity<JobAnswer> enqueue(
            @Valid @RequestBody EnqueueRequest request, @AuthenticationPrincipal Caller caller) {
        names.checkKind(request.kind());
        names.checkQueue(request.queue());
        Bounds.checkTime("runAt", request.runAt());
        var job = request.job(Tenancy.of(caller, request.tenant()));
        tenants.checkNew(job, caller);
        var enqueued = jobs.enqueue(job);
        tenants.checkHolder(enqueued.id(), caller);
        var where = URI.create("/api/jobs/" + enqueued.id());
        return ResponseEntity.status(enqueued.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .location(where)
                .body(new JobAnswer(enqueued.id()));
    }

    /** Ends a waiting job or a dead letter (200), or asks a running one to stop (202). */
    @Summary("Ends a job that waits, and asks the worker of a running one to stop it")
    @DeleteMapping("/{id}")
    ResponseEntity<Discarded> discard(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "Discarded by an operator")
                    @Pattern(regexp = Bounds.REASON, message = Bounds.REASON_RULE)
                    String reason,
            @AuthenticationPrincipal Caller caller) {
        tenants.checkJob(id, caller);
        var discarded = jobs.discard(List.of(id), reason).stream().findFirst().orElseThrow(() -> JobTenants.noJob(id));
        return switch (discarded.outcome()) {
            case "stopping" -> ResponseEntity.accepted().body(discarded);
            case "ended" -> throw Refused.conflict("Job " + id + " has ended already.");
            default -> ResponseEntity.ok(discarded);
        };
    }

    /** Runs it again if it has ended, or now if it waits for later. */
    @Summary("Lets a job that has ended, or waits for later, run now")
    @PostMapping("/{id}/requeue")
    JobAnswer requeue(@PathVariable UUID id, @AuthenticationPrincipal Caller caller) {
        var state = tenants.checkJob(id, caller);
        if (jobs.requeue(List.of(id)).isEmpty()) {
            throw tenants.notRequeued(id, state, caller);
        }
        return new JobAnswer(id);
    }
}
