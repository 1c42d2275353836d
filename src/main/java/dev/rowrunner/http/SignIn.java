package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import java.time.Clock;
import java.util.List;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.stereotype.Component;

/** Says who shows a secret, at the API and at the dashboard: the bearer of a named token or of a JWT. */
@Component
class SignIn implements AuthenticationManager {

    private final TokenCheck tokens;
    private final Jwts jwts;
    private final Clock clock;

    SignIn(TokenCheck tokens, Jwts jwts, Clock clock) {
        this.tokens = tokens;
        this.jwts = jwts;
        this.clock = clock;
    }

    /** Of HTTP Basic credentials the password alone counts. */
    @Override
    public Authentication authenticate(Authentication shown) {
        var secret = shown instanceof BearerTokenAuthenticationToken bearer
                ? bearer.getToken()
                : String.valueOf(shown.getCredentials());
        var caller = callerWith(secret);
        var authority = new SimpleGrantedAuthority("ROLE_" + caller.role().name());
        return UsernamePasswordAuthenticationToken.authenticated(caller, null, List.of(authority));
    }

    /**
     * @throws TokenRefused if it opens nothing
     * @throws AuthenticationServiceException if that can't be known now
     */
    Caller callerWith(String secret) {
        return secret.startsWith(Secret.PREFIX) ? bearerOfToken(secret) : jwts.bearerOf(secret);
    }

    private Caller bearerOfToken(String secret) {
        var token = lookUp(secret);
        if (token.isExpired(clock.instant())) {
            throw new TokenRefused("This token, '" + token.name() + "', expired at " + token.expiresAt()
                    + ". Revoke it and make another: token revoke NAME, token create NAME --expires 90d");
        }
        return token.caller();
    }

    private Token lookUp(String secret) {
        try {
            return tokens.bearerOf(secret)
                    .orElseThrow(
                            () -> new TokenRefused("This token is unknown or revoked. The command 'token list' lists"
                                    + " the live ones, and 'token create NAME' makes one."));
        } catch (DataAccessException e) {
            throw new AuthenticationServiceException("Tokens can't be checked while the database does not answer.", e);
        }
    }
}
