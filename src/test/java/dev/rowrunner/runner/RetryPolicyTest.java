package dev.rowrunner.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final RandomGenerator LEAST = () -> 0;
    private static final RandomGenerator MOST = () -> -1;

    @Test
    void waitsExactlyAsListedAndNoMoreAfterTheLast() {
        var policy = RetryPolicy.after(List.of(Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(5)));

        assertThat(policy.maxAttempts()).isEqualTo(4);
        assertThat(policy.delayAfter(1, MOST)).contains(Duration.ofSeconds(30));
        assertThat(policy.delayAfter(2, MOST)).contains(Duration.ZERO);
        assertThat(policy.delayAfter(3, MOST)).contains(Duration.ofMinutes(5));
        assertThat(policy.delayAfter(4, MOST)).isEmpty();
    }

    @Test
    void doublesUpToTheLongestEachUpToAFifthLonger() {
        var policy = RetryPolicy.exponential(Duration.ofSeconds(15), 6, Duration.ofMinutes(3));

        assertThat(policy.delays()).extracting(Duration::toSeconds).containsExactly(15L, 30L, 60L, 120L, 180L, 180L);
        assertThat(policy.delayAfter(1, LEAST)).contains(Duration.ofSeconds(15));
        assertThat(policy.delayAfter(1, MOST).orElseThrow())
                .isBetween(Duration.ofMillis(17_990), Duration.ofSeconds(18));
        var random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            assertThat(policy.delayAfter(6, random).orElseThrow())
                    .isBetween(Duration.ofSeconds(180), Duration.ofSeconds(216));
        }
    }

    @Test
    void refusesANegativeDelayAndNamesIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetryPolicy.after(List.of(Duration.ofSeconds(-3))))
                .withMessageContaining("negative")
                .withMessageContaining("PT-3S");
    }
}
