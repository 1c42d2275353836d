package dev.rowrunner.usage;

import dev.rowrunner.runner.Recurring;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** When usage is aggregated without being asked. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "usage.aggregation-enabled", matchIfMissing = true)
class UsageSchedules {

    @Bean
    Recurring<AggregateUsage.Args> usageAggregation(UsageProperties properties) {
        return Recurring.every(
                "usage-aggregation", properties.aggregationInterval(), AggregateUsage.KIND, new AggregateUsage.Args());
    }

    @Bean
    Recurring<FlushDirtyCounters.Args> usageFlush(UsageProperties properties) {
        return Recurring.every(
                "usage-flush", properties.flushInterval(), FlushDirtyCounters.KIND, new FlushDirtyCounters.Args());
    }
}
