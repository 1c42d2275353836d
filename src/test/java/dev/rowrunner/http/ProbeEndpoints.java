package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeepsToBusiness;
import dev.rowrunner.runner.NoTenantData;
import dev.rowrunner.runner.RateLimit;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Endpoints such as a family has, for the tests of what stands around them. */
@RestController
@RequestMapping("/probe")
public class ProbeEndpoints {

    enum Unit {
        CALLS,
        BYTES
    }

    record Span(LocalDate from, LocalDate to) {
        Span {
            if (to != null && to.isBefore(from)) {
                throw new IllegalArgumentException("to must not be before from, was " + to + " before " + from);
            }
        }
    }

    record Increment(
            @NotNull @Pattern(regexp = "[a-z]+", message = "must be lower-case letters")
            String metric,

            @Min(1) @Max(1000) long by,
            Instant at,
            Unit unit,
            Span span,
            @Min(100000) Long apiPassword) {}

    record Increments(@NotNull List<@Valid Increment> increments) {}

    private final JdbcClient jdbc;

    public ProbeEndpoints(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @GetMapping
    String look() {
        return "ok";
    }

    @PostMapping
    String act() {
        return "ok";
    }

    @GetMapping("/admin")
    @PreAuthorize("hasRole('ADMIN')")
    String administer() {
        return "ok";
    }

    @GetMapping("/caller")
    @KeepsToBusiness
    String caller(@AuthenticationPrincipal Caller caller) {
        return caller.name() + " " + caller.role().word() + " " + caller.tenant() + " " + caller.business();
    }

    @GetMapping("/nothing-of-tenants")
    @NoTenantData
    String nothingOfTenants() {
        return "ok";
    }

    @PostMapping("/limited")
    @RateLimit(name = "probe.limited", permits = 5, per = "1h")
    String limited() {
        return "ok";
    }

    @PostMapping("/limited-otherwise")
    @RateLimit(name = "probe.limited-otherwise", permits = 1, per = "1s")
    String limitedOtherwise() {
        return "ok";
    }

    @PostMapping("/sign")
    @Transactional
    public String sign() {
        return jdbc.sql("SELECT rowrunner.actor()").query(String.class).single();
    }

    @PostMapping(path = "/increment", consumes = MediaType.APPLICATION_JSON_VALUE)
    Increment increment(@Valid @RequestBody Increment increment) {
        return increment;
    }

    @PostMapping("/increments")
    Increments increments(@Valid @RequestBody Increments increments) {
        return increments;
    }

    @PostMapping("/list")
    List<Increment> list(@RequestBody List<@Valid Increment> increments) {
        return increments;
    }

    @GetMapping("/days/{date}")
    String day(@PathVariable LocalDate date, @RequestParam(name = "limit") @Min(1) @Max(10) int limit) {
        return date + " " + limit;
    }

    @GetMapping("/failure")
    String fail() {
        throw new IllegalStateException("SELECT hunter2 FROM passwords");
    }

    @GetMapping("/away")
    String lostDatabase() {
        throw new CannotGetJdbcConnectionException("no connection to jdbc:postgresql://db/hunter2");
    }

    @GetMapping("/busy")
    String busy() {
        var busy = new ErrorResponseException(
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Redis does not answer."),
                null);
        busy.getHeaders().set("Retry-After", "7");
        throw busy;
    }
}
