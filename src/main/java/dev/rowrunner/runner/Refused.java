package dev.rowrunner.runner;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** What a caller asked for and can't have: problem+json over HTTP, one line in a terminal. */
public final class Refused extends ErrorResponseException {

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

    /** 400: a field of the request has a value that can't be. */
    public static Refused field(String field, String detail) {
        return new Refused(HttpStatus.BAD_REQUEST, detail, field);
    }

    /** 401: who sent it is not known. */
    public static Refused unsigned(String detail) {
        return new Refused(HttpStatus.UNAUTHORIZED, detail, null);
    }

    /** 403. */
    public static Refused forbidden(String detail) {
        return new Refused(HttpStatus.FORBIDDEN, detail, null);
    }

    /** 404. */
    public static Refused notFound(String detail) {
        return new Refused(HttpStatus.NOT_FOUND, detail, null);
    }

    /** 409: not as things are. */
    public static Refused conflict(String detail) {
        return new Refused(HttpStatus.CONFLICT, detail, null);
    }

    @Override
    public String getMessage() {
        return String.valueOf(getBody().getDetail());
    }
}
