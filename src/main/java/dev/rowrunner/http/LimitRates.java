package dev.rowrunner.http;

import dev.rowrunner.runner.RateLimit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Holds callers to the {@link RateLimit} of an endpoint, and tells them where they stand, in the headers of
 * draft-ietf-httpapi-ratelimit-headers. A call counts when it is let in, whatever becomes of it. While the database does
 * not answer nothing is let in.
 */
@Component
class LimitRates implements HandlerInterceptor {

    private final ObjectProvider<RateLimits> limits;
    private final CountedCalls calls;

    LimitRates(ObjectProvider<RateLimits> limits, CountedCalls calls) {
        this.limits = limits;
        this.calls = calls;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method) {
            var limit = method.getMethodAnnotation(RateLimit.class);
            if (limit != null) {
                count(limit.name(), limits.getObject().of(method), response);
            }
        }
        return true;
    }

    private void count(String name, Rate rate, HttpServletResponse response) {
        var caller = caller();
        var permit = calls.take(caller, name, rate)
                .orElseThrow(() -> new TooManyCalls(name, rate, calls.secondsUntilNext(caller, name, rate)));
        response.setHeader("RateLimit-Policy", policy(name, rate));
        response.setHeader("RateLimit", state(name, permit.left(), permit.seconds()));
    }

    /** {@code "tickets.analyze";q=5;w=3600} */
    static String policy(String name, Rate rate) {
        return "\"" + name + "\";q=" + rate.permits() + ";w=" + rate.per().toSeconds();
    }

    /** {@code "tickets.analyze";r=4;t=3600} */
    static String state(String name, int left, long seconds) {
        return "\"" + name + "\";r=" + left + ";t=" + seconds;
    }

    private static String caller() {
        var signedIn = SecurityContextHolder.getContext().getAuthentication();
        return signedIn == null ? "" : signedIn.getName();
    }
}
