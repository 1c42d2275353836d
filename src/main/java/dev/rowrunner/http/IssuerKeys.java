package dev.rowrunner.http;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An issuer's public keys, fetched when the first JWT comes and again when one names a key that is not known, found by
 * OpenID Connect Discovery 1.0. An issuer that is away delays no start, and for an hour its last keys are good.
 */
final class IssuerKeys implements JWKSetSource<SecurityContext> {

    /** A caller waits for the issuer no longer than this, for each of two answers. */
    private static final int MILLIS = 2_000;

    private static final int MOST_BYTES = 512 * 1024;
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    private static final Duration GOOD_IN_AN_OUTAGE = Duration.ofHours(1);

    /** Made-up key names must not make us flood the issuer: two requests in so long. */
    private static final Duration ASKED_EVERY = Duration.ofSeconds(10);

    private final String issuer;
    private final @Nullable URI known;
    private final ResourceRetriever web = new DefaultResourceRetriever(MILLIS, MILLIS, MOST_BYTES);

    private IssuerKeys(String issuer, @Nullable URI known) {
        this.issuer = issuer;
        this.known = known;
    }

    /** @param known where the keys are; null: where discovery says */
    static JWKSource<SecurityContext> of(String issuer, @Nullable URI known) {
        return JWKSourceBuilder.create(new IssuerKeys(issuer, known))
                .cache(REMEMBERED.toMillis(), 3L * MILLIS)
                .refreshAheadCache(false)
                .rateLimited(ASKED_EVERY.toMillis())
                .outageTolerant(GOOD_IN_AN_OUTAGE.toMillis())
                .build();
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
            throws KeySourceException {
        return new URLBasedJWKSetSource<>(location(), web).getJWKSet(refresh, currentTime, context);
    }

    private URL location() throws KeySourceException {
        try {
            return known != null ? known.toURL() : discovered();
        } catch (IOException | ParseException | IllegalArgumentException e) {
            throw new JWKSetUnavailableException("Issuer " + issuer + " can't be discovered: " + e.getMessage(), e);
        }
    }

    private URL discovered() throws IOException, ParseException {
        var path = issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration";
        var document = JSONObjectUtils.parse(
                web.retrieveResource(URI.create(path).toURL()).getContent());
        var self = JSONObjectUtils.getString(document, "issuer");
        if (!issuer.equals(self)) {
            throw new IllegalArgumentException(path + " is about issuer '" + self + "'");
        }
        var keys = URI.create(String.valueOf(JSONObjectUtils.getString(document, "jwks_uri")));
        JwtProperties.requireSafe("jwks_uri in " + path, keys);
        return keys.toURL();
    }

    @Override
    public void close() {}
}
