package dev.rowrunner.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.stereotype.Component;

/** Signs in the bearer of a named token. Leaves bearer tokens of other makes to other providers. */
@Component
class BearerTokens implements AuthenticationProvider {

    private final TokenCheck check;

    BearerTokens(TokenCheck check) {
        this.check = check;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public @Nullable Authentication authenticate(Authentication shown) {
        var text = ((BearerTokenAuthenticationToken) shown).getToken();
        return text.startsWith(Secret.PREFIX) ? signIn(text) : null;
    }

    private Authentication signIn(String text) {
        try {
            return check.bearerOf(text).map(BearerTokens::signedIn).orElseThrow(BearerTokens::refused);
        } catch (DataAccessException e) {
            throw new AuthenticationServiceException("Tokens can't be checked without the database", e);
        }
    }

    private static Authentication signedIn(Token token) {
        var authority = new SimpleGrantedAuthority("ROLE_" + token.role().name());
        var caller = new Caller(token.name(), token.role(), null, null);
        return UsernamePasswordAuthenticationToken.authenticated(caller, null, List.of(authority));
    }

    private static InvalidBearerTokenException refused() {
        return new InvalidBearerTokenException("This token is unknown or revoked.");
    }
}
