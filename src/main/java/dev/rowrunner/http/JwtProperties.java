package dev.rowrunner.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whose JWTs are taken, and how they are read. None are where neither a secret nor an issuer is set.
 *
 * @param secret of JWTs that are signed with HS256; at least 32 bytes, since shorter ones can be guessed from one JWT
 * @param issuer of OpenID Connect, whose public keys are found by discovery
 * @param jwkSetUri where the issuer's keys are, instead of what discovery says
 * @param audience that a JWT must name. An issuer signs for many; without this each of their tokens would open this door
 * @param roleClaim holds a role or a list with one; {@code realm_access.roles} is a claim within a claim
 * @param tenantClaim binds its bearer to a tenant, where it is there
 * @param businessClaim binds its bearer to a business, where it is there
 * @param nameClaim says who it is
 */
@ConfigurationProperties("rowrunner.jwt")
record JwtProperties(
        @Nullable String secret,
        @Nullable String issuer,
        @Nullable URI jwkSetUri,
        @Nullable String audience,
        @DefaultValue("role") String roleClaim,
        @DefaultValue("tenant") String tenantClaim,
        @DefaultValue("business") String businessClaim,
        @DefaultValue("sub") String nameClaim) {

    private static final int LEAST_SECRET = 32;

    JwtProperties {
        secret = emptyToNull(secret);
        issuer = emptyToNull(issuer);
        audience = emptyToNull(audience);
        if (secret != null && secret.getBytes(StandardCharsets.UTF_8).length < LEAST_SECRET) {
            throw new IllegalArgumentException("rowrunner.jwt.secret (JWT_SECRET) must have at least " + LEAST_SECRET
                    + " bytes, has " + secret.getBytes(StandardCharsets.UTF_8).length
                    + "; make one with: openssl rand -base64 48");
        }
        if (issuer != null) {
            requireSafe("rowrunner.jwt.issuer", URI.create(issuer));
        }
        if (jwkSetUri != null) {
            requireSafe("rowrunner.jwt.jwk-set-uri", jwkSetUri);
        }
        if (issuer == null && jwkSetUri != null) {
            throw new IllegalArgumentException("rowrunner.jwt.jwk-set-uri needs rowrunner.jwt.issuer beside it: the"
                    + " 'iss' of the JWTs that those keys sign");
        }
        if (issuer != null && audience == null) {
            throw new IllegalArgumentException(
                    "rowrunner.jwt.issuer needs rowrunner.jwt.audience beside it: without one," + " a JWT that "
                            + issuer + " made for any other program would be taken here");
        }
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /** Whoever can change the keys on their way here can sign anything. */
    static void requireSafe(String name, URI uri) {
        var host = uri.getHost();
        var loopback = Set.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(host));
        var safe = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && loopback);
        if (host == null || !safe) {
            throw new IllegalArgumentException(
                    name + " must be an https:// URL (http:// on this machine alone), was '" + uri + "'");
        }
    }

    @Override
    public String toString() {
        return "JwtProperties[secret=" + (secret == null ? "none" : "***") + ", issuer=" + issuer + "]";
    }
}
