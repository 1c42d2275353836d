package dev.rowrunner.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rowrunner.runner.Jobs;
import dev.rowrunner.runner.Summary;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Counts usage, and tells and steers its aggregation, over HTTP. */
@RestController
@RequestMapping("/api/usage")
class UsageController {

    private static final int MOST_DAYS = 366;

    private final UsageCounters counters;
    private final UsageTotals totals;
    private final UsageStatus status;
    private final Jobs jobs;
    private final Clock clock;

    UsageController(UsageCounters counters, UsageTotals totals, UsageStatus status, Jobs jobs, Clock clock) {
        this.counters = counters;
        this.totals = totals;
        this.status = status;
        this.jobs = jobs;
        this.clock = clock;
    }

    // ---- counting

    record IncrementRequest(
            @Nullable Long by,
            @Nullable String eventId,
            @Nullable Instant at) {}

    /** @param counted false if the event id was counted before */
    record IncrementAnswer(boolean counted) {}

    @Summary("Counts usage of one merchant and metric")
    @PostMapping("/{merchantId}/{metric}")
    IncrementAnswer increment(
            @PathVariable String merchantId, @PathVariable String metric, @RequestBody IncrementRequest request) {
        var by = required("by", request.by());
        var outcome = counters.increment(new Increment(merchantId, metric, by, request.eventId(), request.at()));
        if (outcome instanceof UsageCounters.Refused refused) {
            throw new CounterRefused(refused.reason());
        }
        return new IncrementAnswer(outcome instanceof UsageCounters.Counted);
    }

    record BulkIncrement(
            @Nullable String merchantId,
            @Nullable String metric,
            @Nullable Long by,
            @Nullable String eventId,
            @Nullable Instant at) {}

    record BulkRequest(@Nullable List<@Nullable BulkIncrement> increments) {}

    /** @param refused those that could not be counted; the others were, and repeating them needs event ids */
    record BulkAnswer(int counted, int duplicates, List<RefusedIncrement> refused) {}

    record RefusedIncrement(int index, String reason) {}

    @Summary("Counts usage of many merchants at once")
    @PostMapping
    BulkAnswer incrementAll(@RequestBody BulkRequest request) {
        var increments = new ArrayList<Increment>();
        for (var element : required("increments", request.increments())) {
            var index = "[" + increments.size() + "]";
            var one = required(index, element);
            var field = index + ".";
            increments.add(new Increment(
                    required(field + "merchantId", one.merchantId()),
                    required(field + "metric", one.metric()),
                    required(field + "by", one.by()),
                    one.eventId(),
                    one.at()));
        }
        return answer(counters.incrementAll(increments));
    }

    private static BulkAnswer answer(List<UsageCounters.Outcome> outcomes) {
        int counted = 0;
        var refused = new ArrayList<RefusedIncrement>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof UsageCounters.Counted) {
                counted++;
            } else if (outcomes.get(i) instanceof UsageCounters.Refused one) {
                refused.add(new RefusedIncrement(i, one.reason()));
            }
        }
        return new BulkAnswer(counted, outcomes.size() - counted - refused.size(), refused);
    }

    // ---- reading

    record MerchantUsage(String merchantId, LocalDate from, LocalDate to, List<UsageTotals.DayTotal> usage) {}

    /** The totals that have reached PostgreSQL, of the last 31 days unless asked otherwise. */
    @Summary("A merchant's totals by day that have reached PostgreSQL, of the last 31 days unless asked otherwise")
    @GetMapping("/{merchantId}")
    MerchantUsage usage(
            @PathVariable String merchantId,
            @RequestParam @Nullable LocalDate from,
            @RequestParam @Nullable LocalDate to,
            @RequestParam @Nullable String metric) {
        Increment.checkMerchant("merchantId", merchantId);
        if (metric != null) {
            Increment.checkMetric("metric", metric);
        }
        var last = to == null ? today() : to;
        var first = from == null ? last.minusDays(30) : from;
        checkRange(first, last);
        return new MerchantUsage(merchantId, first, last, totals.of(merchantId, first, last, metric));
    }

    @Summary("How the aggregation of a day went")
    @GetMapping("/status/{date}")
    UsageStatus.Day status(@PathVariable LocalDate date) {
        return status.of(date);
    }

    // ---- aggregating

    record AggregationRequest(
            @Nullable LocalDate date,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable String merchantId) {}

    /** @param jobId the job of the first day; {@code jobIds} has one for each day */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AggregationAnswer(UUID jobId, List<UUID> jobIds, LocalDate from, LocalDate to) {}

    /** Enqueues the aggregation of a day (yesterday unless named), or of each day of a range. */
    @Summary("Enqueues the aggregation of a day (yesterday unless named), or of each day of a range")
    @PostMapping("/aggregate")
    @ResponseStatus(HttpStatus.ACCEPTED)
    AggregationAnswer aggregate(@RequestBody(required = false) @Nullable AggregationRequest request) {
        var wanted = request == null ? new AggregationRequest(null, null, null, null) : request;
        if (wanted.merchantId() != null) {
            Increment.checkMerchant("merchantId", wanted.merchantId());
        }
        var first = firstDay(wanted);
        var last = wanted.to() == null ? first : wanted.to();
        checkRange(first, last);
        var args = first.datesUntil(last.plusDays(1))
                .map(day -> new AggregateDay.Args(day, wanted.merchantId()))
                .toList();
        var ids = jobs.enqueueAll(AggregateDay.KIND, args);
        return new AggregationAnswer(ids.get(0), ids, first, last);
    }

    private LocalDate firstDay(AggregationRequest wanted) {
        if (wanted.date() != null && (wanted.from() != null || wanted.to() != null)) {
            throw new InvalidUsage("date", "date and from/to exclude each other; was " + wanted.date());
        }
        if (wanted.to() != null) {
            return required("from", wanted.from());
        }
        if (wanted.from() != null) {
            required("to", wanted.to());
        }
        if (wanted.date() != null) {
            CounterKey.checkDate("date", wanted.date());
        }
        return wanted.date() == null ? today().minusDays(1) : wanted.date();
    }

    private static void checkRange(LocalDate from, LocalDate to) {
        CounterKey.checkDate("from", from);
        CounterKey.checkDate("to", to);
        if (to.isBefore(from)) {
            throw new InvalidUsage("to", "to must not be before from; was " + to + ", before " + from);
        }
        if (ChronoUnit.DAYS.between(from, to) >= MOST_DAYS) {
            throw new InvalidUsage(
                    "from", "from and to span at most " + MOST_DAYS + " days; were " + from + " and " + to);
        }
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidUsage(field, field + " is missing");
        }
        return value;
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    // ---- errors

    private static final class CounterRefused extends RuntimeException {
        CounterRefused(String reason) {
            super(reason);
        }
    }

    @ExceptionHandler
    ProblemDetail invalid(InvalidUsage invalid) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, invalid.getMessage());
        problem.setProperty("field", invalid.field());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail refused(CounterRefused refused) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, refused.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unavailable(CountersUnavailable unavailable) {
        var problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "Redis, which holds the counters, does not answer. Try again; with an eventId nothing counts twice.");
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, "5")
                .body(problem);
    }
}
