package dev.rowrunner.admin;

import dev.rowrunner.admin.DeadLetters.DeadLetter;
import dev.rowrunner.admin.DeadLetters.Failed;
import dev.rowrunner.admin.DeadLetters.Filter;
import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs that were given up, over HTTP: look at them, requeue and discard them, one or all that a filter means. */
@RestController
@RequestMapping("/api/dead-letters")
class DeadLetterController {

    private final DeadLetters letters;
    private final Names names;
    private final JobTenants tenants;

    DeadLetterController(DeadLetters letters, Names names, JobTenants tenants) {
        this.letters = letters;
        this.names = names;
        this.tenants = tenants;
    }

    /** The newest first. */
    @Summary("Jobs that were given up")
    @GetMapping
    Page<DeadLetter> list(@Valid Filter filter, @Valid Paging paging, @AuthenticationPrincipal Caller caller) {
        return paging.of(letters.list(checked(filter, caller), paging.offset(), paging.limit()));
    }

    private Filter checked(Filter filter, Caller caller) {
        names.checkKind(filter.kind());
        names.checkQueue(filter.queue());
        Bounds.checkTime("since", filter.since());
        Bounds.checkTime("until", filter.until());
        return filter.of(Tenancy.of(caller, filter.tenant()));
    }

    /** With its args and the failures of its attempts. */
    @Summary("A dead letter with its args and its attempts")
    @GetMapping("/{id}")
    Failed show(@PathVariable UUID id, @AuthenticationPrincipal Caller caller) {
        return letters.find(id, caller.tenant()).orElseThrow(() -> noDeadLetter(id));
    }

    private static Refused noDeadLetter(UUID id) {
        return Refused.notFound("Job " + id + " is no dead letter: GET /api/jobs/" + id + " says what became of it.");
    }

    record Answer(UUID id, String outcome) {}

    /** Runs it again: attempts begin anew, the history stays. */
    @Summary("Lets a dead letter run again")
    @PostMapping("/{id}/requeue")
    Answer requeue(@PathVariable UUID id, @AuthenticationPrincipal Caller caller) {
        show(id, caller);
        if (letters.requeue(List.of(id)) == 0) {
            throw tenants.notRequeued(id, "failed", caller);
        }
        return new Answer(id, "requeued");
    }

    /** Ends it; it is pruned like other discarded jobs. */
    @Summary("Ends a dead letter")
    @PostMapping("/{id}/discard")
    Answer discard(
            @PathVariable UUID id,
            @RequestParam(defaultValue = DeadLetters.REASON)
                    @Pattern(regexp = Bounds.REASON, message = Bounds.REASON_RULE)
                    String reason,
            @AuthenticationPrincipal Caller caller) {
        show(id, caller);
        if (letters.discard(List.of(id), reason) == 0) {
            throw Refused.conflict("Job " + id + " has changed meanwhile: look at it again.");
        }
        return new Answer(id, "discarded");
    }

    /**
     * @param matched how many the filter means
     * @param changed how many of them were changed; 0 on a dry run
     */
    record Changed(boolean dryRun, long matched, long changed) {}

    /** Requeues all that the filter means; all there are only with {@code all=true}. */
    @Summary("Requeues the dead letters that a filter means, or counts them")
    @PostMapping("/requeue")
    Changed requeueAll(
            @Valid Filter filter,
            @RequestParam(defaultValue = "false") boolean all,
            @RequestParam(defaultValue = "false") boolean dryRun,
            @AuthenticationPrincipal Caller caller) {
        requireMeant(filter, all);
        return act(checked(filter, caller), dryRun, letters::requeue);
    }

    /** Discards all that the filter means; all there are only with {@code all=true}. */
    @Summary("Discards the dead letters that a filter means, or counts them")
    @PostMapping("/discard")
    Changed discardAll(
            @Valid Filter filter,
            @RequestParam(defaultValue = "false") boolean all,
            @RequestParam(defaultValue = "false") boolean dryRun,
            @RequestParam(defaultValue = DeadLetters.REASON)
                    @Pattern(regexp = Bounds.REASON, message = Bounds.REASON_RULE)
                    String reason,
            @AuthenticationPrincipal Caller caller) {
        requireMeant(filter, all);
        return act(checked(filter, caller), dryRun, ids -> letters.discard(ids, reason));
    }

    private static void requireMeant(Filter filter, boolean all) {
        if (filter.isEmpty() != all) {
            throw Refused.field(
                    "all",
                    "all must be true without a filter, and is not given with one: say which dead letters are meant"
                            + " by kind, queue, tenant, since, until or error, or all=true.");
        }
    }

    private Changed act(Filter filter, boolean dryRun, ToIntFunction<List<UUID>> act) {
        if (dryRun) {
            return new Changed(true, letters.count(filter), 0);
        }
        var ids = letters.ids(filter);
        return new Changed(false, ids.size(), act.applyAsInt(ids));
    }
}
