package dev.rowrunner.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.testing.RowrunnerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/** Every file of db/queries runs as it stands, and begins by saying which question it answers. */
@RowrunnerTest
class OperatorQueriesTest {

    @Autowired
    JdbcTemplate jdbc;

    static Stream<Path> files() throws IOException {
        return Files.list(Path.of("db", "queries")).sorted();
    }

    @ParameterizedTest
    @MethodSource("files")
    void answersTheQuestionThatItBeginsWith(Path file) throws IOException {
        var query = Files.readString(file);

        jdbc.execute(query);

        assertThat(query.lines().findFirst().orElse("")).startsWith("-- ").contains("?");
    }
}
