package dev.rowrunner.usage;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads the totals that have reached PostgreSQL. */
@Repository
class UsageTotals {

    private static final String OF_MERCHANT = """
            SELECT usage_date, metric_type, value, updated_at FROM merchant_usage
            WHERE merchant_id = :merchant AND usage_date BETWEEN :from AND :to
              AND (cast(:metric AS text) IS NULL OR metric_type = :metric)
            ORDER BY usage_date, metric_type
            """;

    private static final String OF_DAY = """
            SELECT metric_type, count(*) AS merchants, sum(value) AS value FROM merchant_usage
            WHERE usage_date = :date GROUP BY metric_type ORDER BY metric_type
            """;

    private static final String BAD_KEYS = """
            SELECT count(*) FROM usage.bad_key WHERE resolved_at IS NULL AND strpos(key, :date) > 0
            """;

    private final JdbcClient jdbc;

    UsageTotals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record DayTotal(LocalDate date, String metric, BigInteger value, Instant updatedAt) {}

    /** One merchant's totals from the first day to the last, both included. */
    List<DayTotal> of(String merchant, LocalDate from, LocalDate to, @Nullable String metric) {
        return jdbc.sql(OF_MERCHANT)
                .param("merchant", merchant)
                .param("from", from)
                .param("to", to)
                .param("metric", metric)
                .query((row, n) -> new DayTotal(
                        row.getObject(1, LocalDate.class),
                        row.getString(2),
                        row.getBigDecimal(3).toBigIntegerExact(),
                        row.getObject(4, OffsetDateTime.class).toInstant()))
                .list();
    }

    record MetricTotal(String metric, long merchants, BigInteger value) {}

    /** All merchants' totals of one day. */
    List<MetricTotal> of(LocalDate date) {
        return jdbc.sql(OF_DAY)
                .param("date", date)
                .query((row, n) -> new MetricTotal(
                        row.getString(1), row.getLong(2), row.getBigDecimal(3).toBigIntegerExact()))
                .list();
    }

    long badKeys(LocalDate date) {
        return jdbc.sql(BAD_KEYS)
                .param("date", date.toString())
                .query(Long.class)
                .single();
    }
}
