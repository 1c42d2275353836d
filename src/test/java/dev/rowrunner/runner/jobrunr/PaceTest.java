package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final int SLOTS = 10;

    private final Pace pace = new Pace();

    private int ahead(long millis, long ended) {
        return pace.ahead(TimeUnit.MILLISECONDS.toNanos(millis), ended, SLOTS);
    }

    @Test
    void claimsNothingAheadWhereJobsLast() {
        assertThat(ahead(0, 0)).isZero();
        assertThat(ahead(90, SLOTS)).isZero();
    }

    @Test
    void claimsAheadWhatATenthOfASecondGetsThrough() {
        ahead(0, 0);

        assertThat(ahead(50, 100)).isEqualTo(90);
        assertThat(ahead(100, 200)).isEqualTo(190);
        assertThat(ahead(110, 220))
                .as("what ended before the last tenth does not count")
                .isEqualTo(110);
    }

    @Test
    void forgetsItsPaceWhenNothingEnds() {
        ahead(0, 0);
        ahead(50, 1000);

        assertThat(ahead(1000, 1000)).isZero();
    }

    @Test
    void hasABound() {
        ahead(0, 0);

        assertThat(ahead(100, 1_000_000)).isEqualTo(2000);
    }
}
