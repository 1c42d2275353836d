package dev.rowrunner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.rowrunner.runner.DashboardGate;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.Commands;
import dev.rowrunner.testing.RowrunnerTest;
import dev.rowrunner.testing.SettableClock;
import dev.rowrunner.testing.TestJwts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RowrunnerTest
class TokensTest {

    private final String name = "test-" + UUID.randomUUID();

    @Autowired
    Tokens tokens;

    @Autowired
    DashboardGate gate;

    @Autowired
    Api api;

    @Autowired
    Commands commands;

    @Autowired
    SettableClock clock;

    @Autowired
    JdbcClient jdbc;

    private Instant began = Instant.EPOCH;

    @BeforeEach
    void noteTime() {
        began = clock.instant();
    }

    /** Other tests share the clock, and count by its day. */
    @AfterEach
    void putClockBack() {
        clock.set(began);
    }

    @Test
    void printsTheSecretAloneSoThatAScriptCanTakeIt() {
        var created = token("create", name, "--role", "operator");

        assertThat(created.exitCode()).isZero();
        assertThat(created.out().strip()).matches("rr_[A-Za-z0-9_-]{43}");
        assertThat(created.err()).contains("Token '" + name + "', role operator");
        assertThat(status(created.out().strip())).isEqualTo(200);
    }

    @Test
    void makesAViewerUnlessTold() {
        token("create", name);

        assertThat(tokens.live())
                .filteredOn(token -> token.name().equals(name))
                .extracting(Token::role)
                .containsExactly(Role.VIEWER);
    }

    @Test
    void refusesANameThatALiveTokenHasAndSaysTheWayOut() {
        token("create", name);

        var again = token("create", name, "--role", "admin");

        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.out()).isEmpty();
        assertThat(again.err()).contains("A live token is named '" + name + "' already", "token revoke " + name);
    }

    @Test
    void givesTheNameOfARevokedTokenAgain() {
        token("create", name);
        token("revoke", name);

        var again = token("create", name);

        assertThat(again.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "-dash", "ünicode", "semi;colon", "new\nline"})
    void refusesANameWithOtherCharacters(String bad) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.create(bad, Role.VIEWER))
                .withMessageContaining("1 to 63 letters, digits, dots, hyphens or underscores")
                .withMessageContaining("'" + bad + "'");
    }

    @Test
    void refusesARoleThatIsNoneAndNamesTheRoles() {
        var created = token("create", name, "--role", "root");

        assertThat(created.exitCode()).isEqualTo(1);
        assertThat(created.err()).contains("no role 'root'", "viewer, operator, admin");
    }

    @Test
    void saysThatNoLiveTokenHasTheNameToRevoke() {
        var revoked = token("revoke", name);

        assertThat(revoked.exitCode()).isEqualTo(1);
        assertThat(revoked.err()).contains("No live token is named '" + name + "'", "token list");
    }

    @Test
    void refusesARevokedTokenAfterFiveSeconds() {
        var secret = tokens.create(name, Role.VIEWER);
        assertThat(status(secret)).isEqualTo(200);

        tokens.revoke(name);
        clock.advance(Duration.ofMillis(4999));
        var justBefore = status(secret);
        clock.advance(Duration.ofMillis(1));
        var then = status(secret);

        assertThat(List.of(justBefore, then)).containsExactly(200, 401);
    }

    @Test
    void notesTheLastUseOnceAMinute() {
        var secret = tokens.create(name, Role.VIEWER);
        var first = clock.instant().truncatedTo(ChronoUnit.MICROS);
        status(secret);

        clock.advance(Duration.ofSeconds(59));
        status(secret);
        var withinTheMinute = lastUse();
        clock.advance(Duration.ofSeconds(6));
        status(secret);
        var later = lastUse();

        assertThat(withinTheMinute).isEqualTo(first);
        assertThat(later).isEqualTo(first.plusSeconds(65));
    }

    @Test
    void listsLiveTokensWithoutTheirSecrets() {
        var secret = tokens.create(name, Role.OPERATOR);
        var revoked = name + "-revoked";
        tokens.create(revoked, Role.OPERATOR);
        tokens.revoke(revoked);

        var table = token("list");
        var json = token("list", "--json");

        assertThat(table.out())
                .containsPattern(name + " +operator +every +every +\\S+ +never +never")
                .doesNotContain(revoked);
        assertThat(json.out()).contains("\"name\":\"" + name + "\",\"role\":\"operator\"");
        assertThat(table.out() + json.out()).doesNotContain(secret);
    }

    @Test
    void refusesATokenFromTheInstantOfItsExpiryAndSaysSo() {
        var secret = token("create", name, "--expires", "90d").out().strip();
        clock.advance(Duration.ofDays(90).minusMillis(1));
        var justBefore = status(secret);

        clock.advance(Duration.ofMillis(1));
        var then = api.withToken(secret)
                .get()
                .uri("/probe")
                .exchange()
                .expectStatus()
                .isUnauthorized()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(justBefore).isEqualTo(200);
        assertThat(then).contains("This token, '" + name + "', expired at ", "token create NAME --expires 90d");
        assertThat(gate.visitor("anyone", secret).access()).isEqualTo(DashboardGate.Access.NONE);
    }

    @Test
    void bindsATokenToATenantAndABusiness() {
        var secret = token("create", name, "--tenant", "acme", "--business", "b1", "--expires", "12h")
                .out()
                .strip();

        var seen = api.withToken(secret)
                .get()
                .uri("/probe/caller")
                .exchange()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        var list = token("list").out();

        assertThat(seen).isEqualTo(name + " viewer acme b1");
        assertThat(list).containsPattern(name + " +viewer +acme +b1 +\\S+Z +\\S+Z");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --tenant   | ''    | The tenant of a token has 1 to 500 characters
            --business | ' '   | The business of a token has 1 to 500 characters
            --expires  | 0d    | A token lasts from 1s to 3650d
            --expires  | -1d   | A token lasts from 1s to 3650d
            --expires  | 9999d | A token lasts from 1s to 3650d
            --expires  | soon  | --expires takes a number with its unit, such as 90d or 12h; was 'soon'
            """)
    void refusesABindingOrAnExpiryThatIsNone(String option, String value, String reason) {
        var created = token("create", name, option + "=" + value);

        assertThat(created.exitCode()).isEqualTo(1);
        assertThat(created.err()).contains(reason);
        assertThat(tokens.live()).extracting(Token::name).doesNotContain(name);
    }

    @Test
    void keepsABoundTokenOutOfTheDashboardAndSaysWhy() {
        var secret = tokens.create(new Grant(name, Role.ADMIN, "acme", null, null));

        var visitor = gate.visitor("anyone", secret);

        assertThat(visitor.access()).isEqualTo(DashboardGate.Access.REFUSED);
        assertThat(visitor.reason()).contains("'" + name + "' is bound to a tenant");
    }

    @Test
    void opensTheDashboardToAJwtToo() {
        var jwt = TestJwts.signed(claims -> claims.subject("ada")
                .claim("role", "operator")
                .expirationTime(Date.from(clock.instant().plusSeconds(60))));

        assertThat(gate.visitor("anyone", jwt))
                .isEqualTo(DashboardGate.Visitor.admitted(DashboardGate.Access.ACT, "jwt:ada"));
    }

    @Test
    void opensTheDashboardByRole() {
        var viewer = tokens.create(name + "-v", Role.VIEWER);
        var operator = tokens.create(name + "-o", Role.OPERATOR);
        var admin = tokens.create(name + "-a", Role.ADMIN);

        var access = List.of(viewer, operator, admin, Secret.random().reveal(), "", "rr_").stream()
                .map(secret -> gate.visitor("anyone", secret).access())
                .toList();

        assertThat(access)
                .containsExactly(
                        DashboardGate.Access.VIEW,
                        DashboardGate.Access.ACT,
                        DashboardGate.Access.ACT,
                        DashboardGate.Access.NONE,
                        DashboardGate.Access.NONE,
                        DashboardGate.Access.NONE);
    }

    @Test
    void keepsTheSecretOutOfTheTableAndOfEveryLogLine() {
        var log = new ListAppender<ILoggingEvent>();
        var secrets = withEverythingLoggedTo(log);

        var rows =
                jdbc.sql("SELECT t::text FROM http.token t").query(String.class).list();

        assertThat(log.list).isNotEmpty();
        assertThat(secrets).allSatisfy(secret -> {
            var core = secret.substring(Secret.PREFIX.length());
            assertThat(rows).noneMatch(row -> row.contains(core));
            assertThat(log.list).noneMatch(line -> everything(line).contains(core));
        });
    }

    /** A live and an unknown token are used while the whole program logs all it can. */
    private List<String> withEverythingLoggedTo(ListAppender<ILoggingEvent> log) {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var level = root.getLevel();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        try {
            var live = token("create", name).out().strip();
            var unknown = Secret.random().reveal();
            status(live);
            status(unknown);
            gate.visitor("anyone", live);
            return List.of(live, unknown);
        } finally {
            root.setLevel(level);
            root.detachAppender(log);
        }
    }

    private static String everything(ILoggingEvent line) {
        var failure = line.getThrowableProxy();
        return line.getFormattedMessage() + line.getMDCPropertyMap() + (failure == null ? "" : failure.getMessage());
    }

    private Commands.Result token(String... arguments) {
        return commands.run(TokenCommand.class, arguments);
    }

    private Instant lastUse() {
        return tokens.live().stream()
                .filter(token -> token.name().equals(name))
                .map(Token::lastUsedAt)
                .findFirst()
                .orElseThrow();
    }

    private int status(String secret) {
        return api.withToken(secret)
                .get()
                .uri("/probe")
                .exchange()
                .returnResult()
                .getStatus()
                .value();
    }
}
