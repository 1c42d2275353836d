package dev.rowrunner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.SettableClock;
import dev.rowrunner.testing.TestJwts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;

@Tag("slow")
class JwtsTest {

    private static final String AUDIENCE = "rowrunner";

    private final SettableClock clock = new SettableClock();
    private final Issuer issuer = Issuer.start();
    private final Jwts ofIssuer = new Jwts(properties(null, issuer.url(), null, AUDIENCE), clock);
    private final Jwts ofSecret = new Jwts(properties(TestJwts.SECRET, null, null, null), clock);

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void readsWhoItIsFromTheClaims() {
        var jwt = issuer.sign(claims -> good(claims).claim("tenant", "acme").claim("business", "b1"));

        var caller = ofIssuer.bearerOf(jwt);

        assertThat(caller).isEqualTo(new Caller("jwt:ada", Role.OPERATOR, "acme", "b1"));
    }

    @Test
    void takesOneThatIsSignedWithTheSecret() {
        var jwt = TestJwts.signed(
                claims -> claims.subject("ada").claim("role", "viewer").expirationTime(in(60)));

        assertThat(ofSecret.bearerOf(jwt)).isEqualTo(new Caller("jwt:ada", Role.VIEWER, null, null));
    }

    @Test
    void takesTheGreatestRoleOfAListAndLooksIntoClaims() {
        var keycloak = new Jwts(
                new JwtProperties(
                        null,
                        issuer.url(),
                        null,
                        AUDIENCE,
                        "realm_access.roles",
                        "tenant",
                        "business",
                        "preferred_username"),
                clock);
        var jwt = issuer.sign(claims -> good(claims)
                .claim("preferred_username", "ada.l")
                .claim("realm_access", Map.of("roles", List.of("offline_access", "viewer", "operator"))));

        assertThat(keycloak.bearerOf(jwt)).isEqualTo(new Caller("jwt:ada.l", Role.OPERATOR, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exp past           | Expired JWT
            exp missing        | missing required claims: [exp]
            nbf future         | before use time
            aud other          | aud claim rejected
            aud missing        | missing required aud claim
            iss other          | iss claim
            role unknown       | its claim 'role' names no role; the roles are viewer, operator, admin
            role missing       | its claim 'role' names no role
            sub missing        | its claim 'sub' must say who it is
            sub long           | its claim 'sub' must say who it is
            tenant list        | its claim 'tenant' must be one text, and not empty
            tenant empty       | its claim 'tenant' must be one text, and not empty
            """)
    void refusesClaimsThatWontDo(String flaw, String reason) {
        var jwt = issuer.sign(claims -> with(flaw, good(claims)));

        assertThatExceptionOfType(TokenRefused.class)
                .isThrownBy(() -> ofIssuer.bearerOf(jwt))
                .withMessageContaining("This JWT is refused: ")
                .withMessageContaining(reason);
    }

    private JWTClaimsSet.Builder with(String flaw, JWTClaimsSet.Builder claims) {
        return switch (flaw) {
            case "exp past" -> claims.expirationTime(in(-31));
            case "exp missing" -> claims.expirationTime(null);
            case "nbf future" -> claims.notBeforeTime(in(31));
            case "aud other" -> claims.audience("billing");
            case "aud missing" -> claims.audience((String) null);
            case "iss other" -> claims.issuer("https://evil.example");
            case "role unknown" -> claims.claim("role", "root");
            case "role missing" -> claims.claim("role", null);
            case "sub missing" -> claims.subject(null);
            case "sub long" -> claims.subject("x".repeat(201));
            case "tenant list" -> claims.claim("tenant", List.of("acme", "other"));
            case "tenant empty" -> claims.claim("tenant", " ");
            default -> throw new IllegalArgumentException(flaw);
        };
    }

    @Test
    void forgivesClocksThatDifferByHalfAMinute() {
        var jwt = issuer.sign(claims -> good(claims).notBeforeTime(in(29)).expirationTime(in(60)));

        assertThat(ofIssuer.bearerOf(jwt).name()).isEqualTo("jwt:ada");
        clock.advance(Duration.ofSeconds(89));
        assertThat(ofIssuer.bearerOf(jwt).name()).isEqualTo("jwt:ada");
        clock.advance(Duration.ofSeconds(2));
        assertRefused(ofIssuer, jwt, "Expired JWT");
    }

    @Test
    void refusesOneThatAStrangerSigned() {
        var key = Issuer.newKey("first");

        assertRefused(ofIssuer, Issuer.sign(key, this::good), "Invalid signature");
        assertRefused(ofSecret, TestJwts.signed("another secret of thirty-two bytes", this::good), "Invalid signature");
    }

    @Test
    void refusesOneWhoseClaimsWereChanged() {
        var parts = issuer.sign(this::good).split("\\.");
        var claims = new String(Base64.getUrlDecoder().decode(parts[1])).replace("operator", "admin");
        var changed = parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes()) + "."
                + parts[2];

        assertRefused(ofIssuer, changed, "Invalid signature");
    }

    @Test
    void refusesOneWithoutSignature() {
        var plain = new PlainJWT(good(new JWTClaimsSet.Builder()).build()).serialize();

        assertRefused(ofIssuer, plain, "algorithm 'none' is not taken here");
        assertRefused(ofSecret, plain, "algorithm 'none' is not taken here. Taken are HS256");
    }

    /** Whoever takes the key that fits the algorithm of the header takes a public key for a secret. */
    @Test
    void refusesOneThatIsSignedWithThePublicKeyAsASecret() throws JOSEException {
        var publicKey = issuer.key().toRSAPublicKey().getEncoded();
        var confused = TestJwts.signed(new String(publicKey, StandardCharsets.ISO_8859_1), this::good);
        var both = new Jwts(properties(TestJwts.SECRET, issuer.url(), null, AUDIENCE), clock);

        assertRefused(ofIssuer, confused, "algorithm 'HS256' is not taken here");
        assertRefused(both, confused, "Invalid signature");
    }

    @Test
    void asksTheIssuerAgainWhenItRotatedItsKey() {
        ofIssuer.bearerOf(issuer.sign(this::good));
        var old = issuer.sign(this::good);

        issuer.rotate();

        assertThat(ofIssuer.bearerOf(issuer.sign(this::good)).name()).isEqualTo("jwt:ada");
        assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> ofIssuer.bearerOf(old));
    }

    @Test
    void asksTheIssuerOnceForManyAndNotOnceForEachMadeUpKey() {
        for (int n = 0; n < 20; n++) {
            ofIssuer.bearerOf(issuer.sign(this::good));
        }
        assertThat(issuer.asked).hasValue(2);
        var stranger = Issuer.newKey("made-up");

        for (int n = 0; n < 20; n++) {
            assertThatExceptionOfType(AuthenticationException.class)
                    .isThrownBy(() -> ofIssuer.bearerOf(Issuer.sign(stranger, this::good)));
        }

        assertThat(issuer.asked.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void saysThatItCantBeKnownWhileTheIssuerIsAway() {
        issuer.goAway(true);

        assertThatExceptionOfType(AuthenticationServiceException.class)
                .isThrownBy(() -> ofIssuer.bearerOf(issuer.sign(this::good)))
                .withMessageContaining("JWTs can't be checked now: their issuer does not answer");
        issuer.goAway(false);
        assertThat(ofIssuer.bearerOf(issuer.sign(this::good)).name()).isEqualTo("jwt:ada");
    }

    @Test
    void keepsTheKeysThatItHasWhileTheIssuerIsAway() {
        ofIssuer.bearerOf(issuer.sign(this::good));

        issuer.goAway(true);

        assertThat(ofIssuer.bearerOf(issuer.sign(this::good)).name()).isEqualTo("jwt:ada");
    }

    @Test
    void findsTheKeysWhereConfigurationSaysSo() {
        var told = new Jwts(
                properties(null, "https://issuer.example", URI.create(issuer.url() + "/keys"), AUDIENCE), clock);

        assertThat(told.bearerOf(issuer.sign(claims -> good(claims).issuer("https://issuer.example")))
                        .name())
                .isEqualTo("jwt:ada");
    }

    @Test
    void refusesAnIssuerThatCallsItselfOtherwise() {
        var renamed = new Jwts(properties(null, issuer.url().replace("127.0.0.1", "localhost"), null, AUDIENCE), clock);

        assertThatExceptionOfType(AuthenticationServiceException.class)
                .isThrownBy(() -> renamed.bearerOf(issuer.sign(this::good)))
                .withStackTraceContaining("is about issuer '" + issuer.url() + "'");
    }

    @Test
    void saysThatNoneIsTakenWhereNothingIsConfigured() {
        var none = new Jwts(properties(null, null, null, null), clock);

        assertRefused(none, issuer.sign(this::good), "JWTs are not taken here");
        assertRefused(none, "hunter2", "neither a token of this program");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            short | -                    | -                | -    | rowrunner.jwt.secret (JWT_SECRET) must have at least 32 bytes, has 5
            -     | http://sso.example   | -                | api  | rowrunner.jwt.issuer must be an https:// URL (http:// on this machine alone), was 'http://sso.example'
            -     | sso.example          | -                | api  | rowrunner.jwt.issuer must be an https:// URL
            -     | https://sso.example  | -                | -    | rowrunner.jwt.issuer needs rowrunner.jwt.audience beside it
            -     | https://sso.example  | file:///etc/keys | api  | rowrunner.jwt.jwk-set-uri must be an https:// URL
            -     | -                    | https://a.b/keys | -    | rowrunner.jwt.jwk-set-uri needs rowrunner.jwt.issuer beside it
            """)
    void refusesPropertiesThatWontDo(
            @Nullable String secret,
            @Nullable String issuer,
            @Nullable String keys,
            @Nullable String audience,
            String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> properties(secret, issuer, keys == null ? null : URI.create(keys), audience))
                .withMessageContaining(reason);
    }

    @Test
    void neverPrintsTheSecret() {
        assertThat(properties(TestJwts.SECRET, null, null, null).toString()).doesNotContain(TestJwts.SECRET);
    }

    private static JwtProperties properties(
            @Nullable String secret, @Nullable String issuer, @Nullable URI keys, @Nullable String audience) {
        return new JwtProperties(secret, issuer, keys, audience, "role", "tenant", "business", "sub");
    }

    private JWTClaimsSet.Builder good(JWTClaimsSet.Builder claims) {
        return claims.subject("ada")
                .issuer(issuer.url())
                .audience(AUDIENCE)
                .claim("role", "operator")
                .expirationTime(in(60));
    }

    private Date in(int seconds) {
        return Date.from(clock.instant().plusSeconds(seconds));
    }

    private static void assertRefused(Jwts jwts, String jwt, String reason) {
        assertThatExceptionOfType(TokenRefused.class)
                .isThrownBy(() -> jwts.bearerOf(jwt))
                .withMessageContaining(reason);
    }
}
