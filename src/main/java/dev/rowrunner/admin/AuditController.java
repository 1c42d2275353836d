package dev.rowrunner.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tells who changed what. */
@RestController
@RequestMapping("/api/audit")
class AuditController {

    private final AuditLog log;

    AuditController(AuditLog log) {
        this.log = log;
    }

    /**
     * @param before what the change replaced, as JSON; null where there was nothing
     * @param after what there was afterwards, as JSON; null where nothing was left
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            long id,
            Instant at,
            String actor,
            String action,
            String subject,
            @JsonRawValue @Nullable String before,
            @JsonRawValue @Nullable String after) {}

    @Summary("Who changed what, newest first")
    @GetMapping
    @PreAuthorize("hasRole('ADMIN')")
    Page<Entry> list(
            @Summary("Such as http:alice, cli:root or sql:postgres")
                    @RequestParam
                    @Pattern(regexp = "[^\\x00]{0,300}", message = "must have at most 300 characters, and no NUL")
                    @Nullable
                    String actor,
            @Summary("Such as job.requeue or queue.update")
                    @RequestParam
                    @Pattern(regexp = "[^\\x00]{0,100}", message = "must have at most 100 characters, and no NUL")
                    @Nullable
                    String action,
            @Summary("The id of a job or schedule, or the name of a queue or token")
                    @RequestParam
                    @Pattern(regexp = "[^\\x00]{0,300}", message = "must have at most 300 characters, and no NUL")
                    @Nullable
                    String subject,
            @RequestParam @Nullable Instant since,
            @RequestParam @Nullable Instant until,
            @Valid Paging paging) {
        Bounds.checkTime("since", since);
        Bounds.checkTime("until", until);
        return paging.of(log.entries(new AuditLog.Filter(actor, action, subject, since, until), paging));
    }
}
