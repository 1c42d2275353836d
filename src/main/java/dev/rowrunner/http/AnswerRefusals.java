package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers callers that show no token, a wrong one, or one that opens too little. Wrong ones are not counted against
 * anybody: what is guessed has 256 bits, and the metrics of requests say how many were answered with 401.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class AnswerRefusals {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerRefusals.class);
    private static final String SECONDS = "5";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> noToken(AuthenticationException e, HttpServletRequest request) {
        return unauthorized(
                request,
                "Bearer realm=\"rowrunner\"",
                "A token is needed: send the header 'Authorization: Bearer rr_...'. The command 'token create NAME'"
                        + " makes one.");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> wrongToken(TokenRefused e, HttpServletRequest request) {
        return unauthorized(request, "Bearer realm=\"rowrunner\", error=\"invalid_token\"", e.getMessage());
    }

    /** A browser asks its user for a token where it may show one; see {@link Security#docs}. */
    private static ResponseEntity<ProblemDetail> unauthorized(
            HttpServletRequest request, String bearer, @Nullable String detail) {
        var challenge = request.getRequestURI().equals(Security.DOCS)
                ? "Basic realm=\"Rowrunner: any user name, a token as the password\", charset=\"UTF-8\""
                : bearer;
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
                .header(HttpHeaders.WWW_AUTHENTICATE, challenge)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, detail));
    }

    /** Nobody knows now whether the token is good: to call it wrong would send people looking in the wrong place. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> notChecked(AuthenticationServiceException e, HttpServletRequest request) {
        LOG.warn("{} {} was put off: {} {}", request.getMethod(), request.getRequestURI(), e.getMessage(), cause(e));
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, SECONDS)
                .body(ProblemDetail.forStatusAndDetail(
                        HttpStatus.SERVICE_UNAVAILABLE, e.getMessage() + " Try again in " + SECONDS + " seconds."));
    }

    private static String cause(AuthenticationServiceException e) {
        return e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> mayNot(AccessDeniedException e, HttpServletRequest request) {
        var detail = who() + " may not " + request.getMethod() + " " + request.getRequestURI() + ". "
                + (e instanceof NotForBound
                        ? e.getMessage()
                        : "Use the token of a greater role; 'token create NAME --role ROLE' makes one.");
        return ResponseEntity.status(HttpStatus.FORBIDDEN)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.FORBIDDEN, detail));
    }

    private static String who() {
        var signedIn = SecurityContextHolder.getContext().getAuthentication();
        return signedIn != null && signedIn.getPrincipal() instanceof Caller caller
                ? "Token '" + caller.name() + "' with role " + caller.role().word()
                : "This caller";
    }
}
