package dev.rowrunner.admin;

import dev.rowrunner.runner.Refused;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** A time as people write it in a terminal: a day means its beginning in UTC. */
final class WrittenTime {

    private WrittenTime() {}

    static @Nullable Instant read(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw Refused.field(option, option + " is a time like 2025-11-01 or 2025-11-01T07:30Z; was '" + text + "'");
        }
    }
}
