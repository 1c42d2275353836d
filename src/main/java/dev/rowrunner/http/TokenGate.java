package dev.rowrunner.http;

import dev.rowrunner.runner.DashboardGate;
import org.springframework.stereotype.Component;

/**
 * Opens the dashboard to the bearers of tokens. The secret alone decides, and the user name may be anything: it adds
 * nothing to 256 random bits, and nobody has to remember what a token was named.
 */
@Component
class TokenGate implements DashboardGate {

    private final TokenCheck check;

    TokenGate(TokenCheck check) {
        this.check = check;
    }

    @Override
    public Access accessOf(String name, String secret) {
        return check.bearerOf(secret).map(token -> accessOf(token.role())).orElse(Access.NONE);
    }

    private static Access accessOf(Role role) {
        return switch (role) {
            case VIEWER -> Access.VIEW;
            case OPERATOR, ADMIN -> Access.ACT;
        };
    }
}
