package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeepsToBusiness;
import dev.rowrunner.runner.NoTenantData;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets callers that are bound reach only those endpoints that keep to what is theirs. Those that ask who calls, by a
 * parameter of type {@link Caller}, do so for a tenant; those that say {@link KeepsToBusiness} for a business; and
 * {@link NoTenantData} concerns nobody.
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
                && !isOpenTo(caller, method)) {
            throw new NotForBound(caller);
        }
        return true;
    }

    private static boolean isOpenTo(Caller caller, HandlerMethod method) {
        return method.hasMethodAnnotation(NoTenantData.class)
                || ((caller.tenant() == null || asksWhoCalls(method))
                        && (caller.business() == null || method.hasMethodAnnotation(KeepsToBusiness.class)));
    }

    private static boolean asksWhoCalls(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .map(MethodParameter::getParameterType)
                .anyMatch(Caller.class::equals);
    }
}
