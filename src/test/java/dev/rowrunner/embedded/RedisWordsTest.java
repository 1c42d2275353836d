package dev.rowrunner.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisWordsTest {

    @Test
    void keepsQuotedWordsTogether() {
        assertThat(RedisWords.split(" set  'a b' \"c \\\"d\\\"\\n\" '' it\\s "))
                .containsExactly("set", "a b", "c \"d\"\n", "", "it\\s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "get 'a", "get \"a\"b"})
    void refusesWhatRedisCliRefuses(String line) {
        assertThatThrownBy(() -> RedisWords.split(line)).hasMessageContaining("quotes do not match");
    }
}
