package dev.rowrunner.http;

import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A caller has used up the permits of an endpoint. */
final class TooManyCalls extends ErrorResponseException {

    TooManyCalls(String name, Rate rate, long seconds) {
        super(HttpStatus.TOO_MANY_REQUESTS, problem(name, rate, seconds), null);
        getHeaders().set(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
        getHeaders().set("RateLimit-Policy", LimitRates.policy(name, rate));
        getHeaders().set("RateLimit", LimitRates.state(name, 0, seconds));
    }

    private static ProblemDetail problem(String name, Rate rate, long seconds) {
        var problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.TOO_MANY_REQUESTS,
                "Each caller may do this " + rate.words() + ". Try again in "
                        + Rate.words(Duration.ofSeconds(seconds)) + "; rowrunner.http.rate-limits[" + name
                        + "] sets the rate.");
        problem.setProperty("limit", name);
        problem.setProperty("retryAfter", seconds);
        return problem;
    }
}
