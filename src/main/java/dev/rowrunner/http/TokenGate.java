package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.DashboardGate;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.stereotype.Component;

/**
 * Opens the dashboard to the bearers of tokens and JWTs. The secret alone decides, and the user name may be anything: it
 * adds nothing to 256 random bits, and nobody has to remember what a token was named.
 */
@Component
class TokenGate implements DashboardGate {

    private final SignIn signIn;

    TokenGate(SignIn signIn) {
        this.signIn = signIn;
    }

    @Override
    public Visitor visitor(String name, String secret) {
        try {
            return visitor(signIn.callerWith(secret));
        } catch (TokenRefused e) {
            return Visitor.UNKNOWN;
        } catch (AuthenticationServiceException e) {
            return Visitor.UNKNOWN_NOW;
        }
    }

    private static Visitor visitor(Caller caller) {
        if (caller.isBound()) {
            return Visitor.refused(
                    caller.name(),
                    "Token '" + caller.name()
                            + "' is bound to a tenant or a business, and the dashboard shows all of them");
        }
        return switch (caller.role()) {
            case VIEWER -> Visitor.admitted(Access.VIEW, caller.name());
            case OPERATOR, ADMIN -> Visitor.admitted(Access.ACT, caller.name());
        };
    }
}
