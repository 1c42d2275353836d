package dev.rowrunner.http;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers callers that show no token, a wrong one, or one whose role is too small. */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class AnswerRefusals {

    @ExceptionHandler
    ResponseEntity<ProblemDetail> noToken(InsufficientAuthenticationException e) {
        return unauthorized(
                "Bearer realm=\"rowrunner\"",
                "A token is needed: send the header 'Authorization: Bearer rr_...'. The command 'token create NAME'"
                        + " makes one.");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> wrongToken(AuthenticationException e) {
        return unauthorized(
                "Bearer realm=\"rowrunner\", error=\"invalid_token\"",
                "This token is unknown or revoked. The command 'token list' lists the live ones, and"
                        + " 'token create NAME' makes one.");
    }

    private static ResponseEntity<ProblemDetail> unauthorized(String challenge, String detail) {
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
                .header(HttpHeaders.WWW_AUTHENTICATE, challenge)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, detail));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> roleTooSmall(AccessDeniedException e, HttpServletRequest request) {
        var caller = SecurityContextHolder.getContext().getAuthentication();
        var detail = (caller == null ? "This caller" : who(caller)) + " may not " + request.getMethod() + " "
                + request.getRequestURI() + ". Use the token of a greater role; 'token create NAME --role ROLE'"
                + " makes one.";
        return ResponseEntity.status(HttpStatus.FORBIDDEN)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.FORBIDDEN, detail));
    }

    private static String who(Authentication caller) {
        var roles = caller.getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .filter(authority -> authority != null && authority.startsWith("ROLE_"))
                .map(authority ->
                        Role.valueOf(authority.substring("ROLE_".length())).word())
                .toList();
        return "Token '" + caller.getName() + "' with role " + String.join(", ", roles);
    }
}
