package dev.rowrunner.receipts;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** What a caller asked for and can't have: problem+json over HTTP, one line in a terminal. */
final class Refused extends ErrorResponseException {

    private static final long serialVersionUID = 1;

    private Refused(HttpStatus status, @Nullable String field, String detail) {
        super(status, problem(status, field, detail), null);
    }

    private static ProblemDetail problem(HttpStatus status, @Nullable String field, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        if (field != null) {
            problem.setProperty("field", field);
        }
        return problem;
    }

    static Refused field(String field, String detail) {
        return new Refused(HttpStatus.BAD_REQUEST, field, detail);
    }

    static Refused notFound(String detail) {
        return new Refused(HttpStatus.NOT_FOUND, null, detail);
    }

    static Refused conflict(String detail) {
        return new Refused(HttpStatus.CONFLICT, null, detail);
    }

    static Refused forbidden(String detail) {
        return new Refused(HttpStatus.FORBIDDEN, null, detail);
    }

    @Override
    public String getMessage() {
        return String.valueOf(getBody().getDetail());
    }
}
