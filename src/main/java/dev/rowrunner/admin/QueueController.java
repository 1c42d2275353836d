package dev.rowrunner.admin;

import dev.rowrunner.admin.QueueRecords.Queue;
import dev.rowrunner.http.Page;
import dev.rowrunner.http.Paging;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Summary;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Queues over HTTP: look at them, make, limit, pause and resume them. */
@RestController
@RequestMapping("/api/queues")
class QueueController {

    private final QueueRecords queues;

    QueueController(QueueRecords queues) {
        this.queues = queues;
    }

    /** Those of the highest priority first. */
    @Summary("Queues with their depth, those of the highest priority first")
    @GetMapping
    Page<Queue> list(@Valid Paging paging) {
        return paging.of(queues.list(paging.offset(), paging.limit()));
    }

    @Summary("A queue")
    @GetMapping("/{name}")
    Queue show(@PathVariable String name) {
        return queues.find(name).orElseThrow(() -> queues.noQueue(name));
    }

    /** Makes a queue (201), or sets an existing one to just this (200); only pause and resume change whether it is paused. */
    @Summary("Makes a queue, or sets an existing one to just this")
    @PutMapping("/{name}")
    ResponseEntity<Queue> put(
            @PathVariable @Pattern(regexp = QueueRecords.NAME, message = QueueRecords.NAME_RULE) String name,
            @Valid @RequestBody QueueChange whole,
            @AuthenticationPrincipal Caller caller) {
        Tenancy.requireUnbound(caller);
        boolean made = queues.put(name, whole);
        return ResponseEntity.status(made ? HttpStatus.CREATED : HttpStatus.OK).body(show(name));
    }

    /** What is absent stays; null takes a limit away. */
    @Summary("Changes of a queue what is named; null removes a limit")
    @PatchMapping("/{name}")
    Queue change(
            @PathVariable String name, @Valid @RequestBody QueueChange change, @AuthenticationPrincipal Caller caller) {
        Tenancy.requireUnbound(caller);
        if (!change.isEmpty()) {
            queues.change(name, change);
        }
        return show(name);
    }

    /** Starts no more of its jobs; those that run go on. */
    @Summary("Starts none of its jobs until it is resumed")
    @PostMapping("/{name}/pause")
    Queue pause(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        return pause(name, true, caller);
    }

    @Summary("Lets its jobs start again")
    @PostMapping("/{name}/resume")
    Queue resume(@PathVariable String name, @AuthenticationPrincipal Caller caller) {
        return pause(name, false, caller);
    }

    private Queue pause(String name, boolean paused, Caller caller) {
        Tenancy.requireUnbound(caller);
        queues.pause(name, paused);
        return show(name);
    }
}
