package dev.rowrunner.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RolesTest {

    @Test
    void knowsWorkerAndApiAndNothingElse() {
        assertThat(new Roles(Set.of("worker")).worker()).isTrue();
        assertThat(new Roles(Set.of("worker")).api()).isFalse();
        assertThat(new Roles(Set.of()).worker()).isFalse();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Roles(Set.of("wrker")))
                .withMessageContaining("rowrunner.roles")
                .withMessageContaining("worker and api")
                .withMessageContaining("'wrker'");
    }
}
