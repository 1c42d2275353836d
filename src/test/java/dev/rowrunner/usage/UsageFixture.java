package dev.rowrunner.usage;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What tests of usage ask for again and again. Each test counts under merchants of its own. */
@Component
class UsageFixture {

    final JdbcClient jdbc;
    final RedisConnection redis;
    final Aggregation aggregation;

    UsageFixture(JdbcClient jdbc, RedisConnection redis, Aggregation aggregation) {
        this.jdbc = jdbc;
        this.redis = redis;
        this.aggregation = aggregation;
    }

    /** Counts as another program does. */
    void plainIncrement(String key, long by) {
        redis.commands().incrby(key, by);
    }

    Tally.Result flushDay(LocalDate date) {
        return aggregation.run(RunScope.day(date, null), null, Aggregation.Progress.NONE);
    }

    Tally.Result search() {
        return aggregation.run(RunScope.ALL, null, Aggregation.Progress.NONE);
    }

    Tally.Result flushDirty() {
        return aggregation.run(RunScope.DIRTY, null, Aggregation.Progress.NONE);
    }

    /** What an analyst reads, as {@code date metric} to value. */
    Map<String, BigDecimal> totals(String merchant) {
        var totals = new TreeMap<String, BigDecimal>();
        jdbc.sql("SELECT usage_date, metric_type, value FROM merchant_usage WHERE merchant_id = :merchant")
                .param("merchant", merchant)
                .query((row, n) -> totals.put(row.getString(1) + " " + row.getString(2), row.getBigDecimal(3)))
                .list();
        return totals;
    }

    BigDecimal total(String merchant) {
        return totals(merchant).values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** Cuts the program's connection to Redis. */
    void cutRedisConnection(RedisCommands<String, String> knife) {
        knife.clientList()
                .lines()
                .filter(line -> line.contains(" name=" + RedisConnection.NAME + " "))
                .map(line -> line.replaceAll("^id=(\\d+) .*", "$1"))
                .forEach(id -> knife.clientKill(KillArgs.Builder.id(Long.parseLong(id))));
    }

    List<String> unresolvedBadKeys(String containing) {
        return jdbc.sql("SELECT key FROM usage_bad_keys WHERE resolved_at IS NULL AND strpos(key, :text) > 0")
                .param("text", containing)
                .query(String.class)
                .list();
    }

    static BigDecimal of(long value) {
        return BigDecimal.valueOf(value);
    }
}
