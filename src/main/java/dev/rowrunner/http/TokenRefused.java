package dev.rowrunner.http;

import org.springframework.security.core.AuthenticationException;

/** A token was shown that opens nothing. The message says why, and what to do, and goes to the caller. */
final class TokenRefused extends AuthenticationException {

    TokenRefused(String message) {
        super(message);
    }
}
