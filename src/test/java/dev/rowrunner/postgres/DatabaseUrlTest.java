package dev.rowrunner.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "postgres://u:p@h/d jdbc:postgresql://h:5432/d u p",
                "postgresql://u:p@h:6000/d jdbc:postgresql://h:6000/d u p",
                "jdbc:postgresql://h/d?user=u&password=p jdbc:postgresql://h:5432/d u p",
                "postgres://u:p%40%2F+%3A@h/d%20e jdbc:postgresql://h:5432/d%20e u p@/+:",
                "postgres://u:p@h1,h2:6000/d"
                        + " jdbc:postgresql://h1:5432,h2:6000/d?connectTimeout=3&hostRecheckSeconds=1&targetServerType=primary u p",
                "postgres://u:p@h1,h2/d?target_session_attrs=any&connect_timeout=9"
                        + " jdbc:postgresql://h1:5432,h2:5432/d?connectTimeout=9&hostRecheckSeconds=1&targetServerType=any u p",
                "postgres://u:p@[::1]/d?sslmode=require jdbc:postgresql://[::1]:5432/d?sslmode=require u p",
                "postgres://u:p@h jdbc:postgresql://h:5432/u u p",
                "postgres://u:p@h/d?schema=s&connect_timeout=3 jdbc:postgresql://h:5432/d?connectTimeout=3&currentSchema=s u p",
            })
    void readsEveryFormForTheDriver(String text, String jdbcUrl, String user, String password) {
        var url = DatabaseUrl.parse(text);

        assertThat(url.jdbcUrl()).isEqualTo(jdbcUrl);
        assertThat(url.user()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "jdbc:postgresql://h/d?user=u&password=p%40&reWriteBatchedInserts=true postgresql://u:p%40@h:5432/d",
                "jdbc:postgresql://h/d?user=u&targetServerType=secondary postgresql://u@h:5432/d?target_session_attrs=standby",
                "postgres://u:p@h/d?sslmode=require postgresql://u:p@h:5432/d?sslmode=require",
            })
    void writesTheFormThatPsqlReads(String text, String libpqUrl) {
        assertThat(DatabaseUrl.parse(text).libpqUrl()).isEqualTo(libpqUrl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://u:s3cret@h/d",
                "postgres://u:s3/cret@h/d",
                "postgres://u:s3?cret@h/d",
                "postgres://u:%s3cret@h/d",
                "postgres://u:s3cret@h:70000/d",
                "postgres://u:s3cret@h/d?host=/tmp",
                "postgres://u:s3cret@h h/d",
            })
    void refusesWhatItCannotReadWithoutShowingThePassword(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(is|has) .*")
                .message()
                .doesNotContain("s3")
                .doesNotContain("cret");
    }

    @Test
    void keepsThePasswordOutOfItsText() {
        assertThat(DatabaseUrl.parse("postgres://u:s3cret@h/d")).hasToString("DatabaseUrl[h:5432/d, user=u]");
    }
}
