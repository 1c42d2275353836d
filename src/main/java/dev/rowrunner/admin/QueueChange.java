package dev.rowrunner.admin;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rowrunner.admin.QueueRecords.Rate;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

/** What of a queue is to change. No record, because a field that is absent differs from one that is null. */
@JsonAutoDetect(
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE,
        fieldVisibility = JsonAutoDetect.Visibility.NONE)
final class QueueChange {

    static final int MOST_CONCURRENCY = 10_000;

    /** As a caller writes it: 100 jobs per PT1M. */
    record RateRequest(
            @NotNull @Min(1) @Max(1_000_000) Integer jobs,

            @NotNull @DurationMin(millis = 100, message = PER_RULE) @DurationMax(days = 31, message = PER_RULE)
            Duration per) {
        private static final String PER_RULE = "must be from PT0.1S to P31D";
    }

    private final Set<String> named = new HashSet<>();

    @Min(0)
    @Max(MOST_CONCURRENCY)
    private @Nullable Integer concurrency;

    @Valid
    private @Nullable RateRequest rate;

    @Min(-100)
    @Max(100)
    private @Nullable Integer priority;

    @JsonProperty("concurrency")
    QueueChange concurrency(@Nullable Integer jobs) {
        named.add("concurrency");
        concurrency = jobs;
        return this;
    }

    @JsonProperty("rate")
    QueueChange rate(@Nullable RateRequest jobs) {
        named.add("rate");
        rate = jobs;
        return this;
    }

    @JsonProperty("priority")
    QueueChange priority(@Nullable Integer steps) {
        named.add("priority");
        priority = steps;
        return this;
    }

    QueueChange namingAll() {
        named.addAll(Set.of("concurrency", "rate", "priority"));
        return this;
    }

    boolean names(String field) {
        return named.contains(field);
    }

    boolean isEmpty() {
        return named.isEmpty();
    }

    @Nullable
    Integer concurrency() {
        return concurrency;
    }

    @Nullable
    Rate rate() {
        return rate == null ? null : new Rate(rate.jobs(), rate.per());
    }

    @Nullable
    Integer priority() {
        return priority;
    }
}
