package dev.rowrunner.http.problems;

import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers whatever nobody foresaw. The cause is for the log; the caller gets the number to find it by. */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class AnswerFailures {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerFailures.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unforeseen(Throwable e, HttpServletRequest request) {
        var number = UUID.randomUUID();
        LOG.error("{} {} failed, number {}", request.getMethod(), request.getRequestURI(), number, e);
        return ResponseEntity.internalServerError().body(problem(number));
    }

    private static ProblemDetail problem(UUID number) {
        var problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "The server failed. Its log names the cause under number " + number + ".");
        problem.setProperty("number", number);
        return problem;
    }
}
