package dev.rowrunner.admin;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** What an operator asked for and can't have: problem+json over HTTP, one line in a terminal. */
final class Refused extends ErrorResponseException {

    private static final long serialVersionUID = 1;

    private Refused(HttpStatus status, String detail, @Nullable String field) {
        super(status, problem(status, detail, field), null);
    }

    private static ProblemDetail problem(HttpStatus status, String detail, @Nullable String field) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        if (field != null) {
            problem.setProperty("field", field);
        }
        return problem;
    }

    static Refused field(String field, String detail) {
        return new Refused(HttpStatus.BAD_REQUEST, detail, field);
    }

    static Refused notFound(String detail) {
        return new Refused(HttpStatus.NOT_FOUND, detail, null);
    }

    static Refused conflict(String detail) {
        return new Refused(HttpStatus.CONFLICT, detail, null);
    }

    static Refused forbidden(String detail) {
        return new Refused(HttpStatus.FORBIDDEN, detail, null);
    }

    @Override
    public String getMessage() {
        return String.valueOf(getBody().getDetail());
    }
}
