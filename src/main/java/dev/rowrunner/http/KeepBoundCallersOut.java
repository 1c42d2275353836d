package dev.rowrunner.http;

import dev.rowrunner.runner.NoTenantData;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets callers that are bound to a tenant or a business reach only those endpoints that ask who calls, by a parameter of
 * type {@link Caller}, and so can keep to what is theirs, or that say that they have {@link NoTenantData}.
 */
@Component
class KeepBoundCallersOut implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        var signedIn = SecurityContextHolder.getContext().getAuthentication();
        if (signedIn != null
                && signedIn.getPrincipal() instanceof Caller caller
                && caller.isBound()
                && handler instanceof HandlerMethod method
                && !isOpenToBound(method)) {
            throw new NotForBound(caller);
        }
        return true;
    }

    static boolean isOpenToBound(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                        .map(MethodParameter::getParameterType)
                        .anyMatch(Caller.class::equals)
                || AnnotatedElementUtils.hasAnnotation(method.getMethod(), NoTenantData.class);
    }
}
