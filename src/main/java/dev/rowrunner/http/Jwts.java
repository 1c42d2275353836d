package dev.rowrunner.http;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import dev.rowrunner.runner.Caller;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.stereotype.Component;

/**
 * Reads JWTs. The algorithm decides whose keys are tried, and never the other way round: HS256 the secret, the others
 * the issuer's public keys. So nobody can pass one off as the other, and a JWT without signature has no keys at all.
 */
@Component
class Jwts {

    private static final Set<JWSAlgorithm> OF_ISSUERS = Stream.of(
                    JWSAlgorithm.Family.RSA.stream(),
                    Stream.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512))
            .flatMap(algorithms -> algorithms)
            .collect(Collectors.toUnmodifiableSet());

    /** Clocks differ, though not by much. */
    private static final int SECONDS_OF_SKEW = 30;

    private final Claims claims;
    private final Clock clock;
    private final Map<Algorithm, JWTProcessor<SecurityContext>> byAlgorithm = new HashMap<>();

    Jwts(JwtProperties properties, Clock clock) {
        this.claims = new Claims(properties);
        this.clock = clock;
        if (properties.secret() != null) {
            var key = new SecretKeySpec(properties.secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256");
            byAlgorithm.put(
                    JWSAlgorithm.HS256, processor((header, context) -> List.of(key), null, properties.audience()));
        }
        if (properties.issuer() != null) {
            var keys = IssuerKeys.of(properties.issuer(), properties.jwkSetUri());
            var issued = processor(
                    new JWSVerificationKeySelector<>(OF_ISSUERS, keys), properties.issuer(), properties.audience());
            OF_ISSUERS.forEach(algorithm -> byAlgorithm.put(algorithm, issued));
        }
    }

    private JWTProcessor<SecurityContext> processor(
            JWSKeySelector<SecurityContext> keys, @Nullable String issuer, @Nullable String audience) {
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(keys);
        processor.setJWTClaimsSetVerifier(new OnOurClock(clock, issuer, audience));
        return processor;
    }

    /**
     * @throws TokenRefused if it opens nothing
     * @throws AuthenticationServiceException if that can't be known now
     */
    Caller bearerOf(String text) {
        return claims.caller(verified(text));
    }

    private JWTClaimsSet verified(String text) {
        try {
            var jwt = JWTParser.parse(text);
            var processor = byAlgorithm.get(jwt.getHeader().getAlgorithm());
            if (processor == null) {
                throw refusedAlgorithm(jwt.getHeader().getAlgorithm());
            }
            return processor.process(jwt, null);
        } catch (ParseException notOne) {
            throw new TokenRefused("This is neither a token of this program, which begins with " + Secret.PREFIX
                    + ", nor a JWT. The command 'token create NAME' makes a token.");
        } catch (KeySourceException e) {
            throw new AuthenticationServiceException(
                    "JWTs can't be checked now: their issuer does not answer, or was asked for new keys a moment ago.",
                    e);
        } catch (BadJOSEException | JOSEException e) {
            throw new TokenRefused("This JWT is refused: " + e.getMessage() + ".");
        }
    }

    private TokenRefused refusedAlgorithm(Algorithm algorithm) {
        return new TokenRefused(
                byAlgorithm.isEmpty()
                        ? "JWTs are not taken here: neither rowrunner.jwt.issuer nor rowrunner.jwt.secret is set."
                        : "This JWT is refused: algorithm '" + algorithm + "' is not taken here. Taken are "
                                + byAlgorithm.keySet().stream()
                                        .map(Algorithm::getName)
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ".");
    }

    private static final class OnOurClock extends DefaultJWTClaimsVerifier<SecurityContext> {

        private final Clock clock;

        OnOurClock(Clock clock, @Nullable String issuer, @Nullable String audience) {
            super(audience, fixed(issuer), Set.of("exp"));
            this.clock = clock;
            setMaxClockSkew(SECONDS_OF_SKEW);
        }

        private static JWTClaimsSet fixed(@Nullable String issuer) {
            var claims = new JWTClaimsSet.Builder();
            return issuer == null ? claims.build() : claims.issuer(issuer).build();
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }
}
