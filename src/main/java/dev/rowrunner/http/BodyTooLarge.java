package dev.rowrunner.http;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.util.unit.DataSize;
import org.springframework.web.ErrorResponseException;

/** A request has more body than is read. */
class BodyTooLarge extends ErrorResponseException {

    BodyTooLarge(DataSize limit) {
        super(HttpStatus.CONTENT_TOO_LARGE, problem(limit), null);
    }

    private static ProblemDetail problem(DataSize limit) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.CONTENT_TOO_LARGE,
                "The body is larger than " + limit.toBytes()
                        + " bytes. Send less at once; the property rowrunner.http.max-body-size sets the bound.");
    }
}
