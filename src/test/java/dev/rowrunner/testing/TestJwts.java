package dev.rowrunner.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.function.UnaryOperator;

/** JWTs such as somebody makes who has the {@code JWT_SECRET} of the tests' server. */
public final class TestJwts {

    public static final String SECRET = "a secret of the tests, and of nobody else";

    private TestJwts() {}

    public static String signed(UnaryOperator<JWTClaimsSet.Builder> claims) {
        return signed(SECRET, claims);
    }

    public static String signed(String secret, UnaryOperator<JWTClaimsSet.Builder> claims) {
        try {
            var jwt = new SignedJWT(
                    new JWSHeader(JWSAlgorithm.HS256),
                    claims.apply(new JWTClaimsSet.Builder()).build());
            jwt.sign(new MACSigner(secret));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
