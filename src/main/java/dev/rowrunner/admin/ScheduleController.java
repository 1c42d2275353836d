package dev.rowrunner.admin;

import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.ScheduleEdit;
import dev.rowrunner.runner.Schedules;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The schedules over HTTP: to see, make, change, run and preview them. */
@RestController
@RequestMapping("/api/schedules")
class ScheduleController {

    private final Schedules schedules;

    ScheduleController(Schedules schedules) {
        this.schedules = schedules;
    }

    /** Before each of the methods below: a schedule's args and jobs may be any tenant's. */
    @ModelAttribute
    void requireUnbound(@AuthenticationPrincipal Caller caller) {
        Tenancy.requireUnbound(caller);
    }

    @Summary("Schedules with what was decided last")
    @GetMapping
    Page<Schedules.Entry> list(@Valid Paging paging) {
        return paging.of(schedules.list(paging.limit(), paging.offset()));
    }

    @Summary("A schedule")
    @GetMapping("/{id}")
    Schedules.Entry show(@PathVariable String id) {
        return schedules.find(id).orElseThrow(() -> unknown(id));
    }

    private static NoSuchElementException unknown(String id) {
        return new NoSuchElementException("There is no schedule '" + id + "'");
    }

    /** Makes a schedule, or changes one: what the body leaves out gets its default, or stays. */
    @Summary("Makes a schedule, or changes one: what is left out gets its default, or stays")
    @PutMapping("/{id}")
    @Transactional
    Schedules.Entry put(@PathVariable String id, @RequestBody ScheduleEdit edit) {
        return schedules.put(id, edit);
    }

    @Summary("Removes a schedule")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Transactional
    void remove(@PathVariable String id) {
        schedules.remove(id);
    }

    /** @param jobId the job, or the unfinished one that holds its unique key */
    record Triggered(UUID jobId) {}

    @Summary("Enqueues a run of it now")
    @PostMapping("/{id}/trigger")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Transactional
    Triggered trigger(@PathVariable String id) {
        return new Triggered(schedules.trigger(id));
    }

    @Summary("Runs it no more until it is resumed")
    @PostMapping("/{id}/pause")
    @Transactional
    Schedules.Entry pause(@PathVariable String id) {
        return schedules.pause(id);
    }

    @Summary("Runs it again")
    @PostMapping("/{id}/resume")
    @Transactional
    Schedules.Entry resume(@PathVariable String id) {
        return schedules.resume(id);
    }

    /** Forgets what operators changed. */
    @Summary("Forgets what operators changed of what code declares")
    @PostMapping("/{id}/reset")
    @Transactional
    Schedules.Entry reset(@PathVariable String id) {
        return schedules.reset(id);
    }

    @Summary("When it runs next")
    @GetMapping("/{id}/next")
    List<Schedules.Due> next(@PathVariable String id, @RequestParam(defaultValue = "10") @Min(1) @Max(100) int count) {
        return schedules.next(id, count);
    }

    @Summary("What was decided each time that it was due")
    @GetMapping("/{id}/runs")
    Page<Schedules.Run> runs(@PathVariable String id, @Valid Paging paging) {
        return paging.of(schedules.runs(id, paging.limit(), paging.offset()));
    }

    /** When a schedule that need not exist would run. */
    @Summary("When a schedule that need not exist would run")
    @GetMapping("/preview")
    List<Schedules.Due> preview(
            @RequestParam @Nullable String cron,
            @RequestParam @Nullable Duration every,
            @RequestParam @Nullable String zone,
            @RequestParam(defaultValue = "10") @Min(1) @Max(100) int count) {
        return schedules.preview(timing(cron, every, zone), count);
    }

    static ScheduleEdit timing(@Nullable String cron, @Nullable Duration every, @Nullable String zone) {
        return new ScheduleEdit(null, null, cron, every, zone, null, null, null, null, null);
    }

    @ExceptionHandler
    ProblemDetail invalid(InvalidSchedule invalid) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, invalid.getMessage() + ".");
        problem.setProperty("field", invalid.field());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail missing(NoSuchElementException missing) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, missing.getMessage() + ".");
    }
}
