package dev.rowrunner.http;

import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What stands between the security filters and every controller, in this order. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class Interceptors implements WebMvcConfigurer {

    private final KeepBoundCallersOut keepBoundCallersOut;
    private final LimitRates limitRates;

    Interceptors(KeepBoundCallersOut keepBoundCallersOut, LimitRates limitRates) {
        this.keepBoundCallersOut = keepBoundCallersOut;
        this.limitRates = limitRates;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(keepBoundCallersOut);
        registry.addInterceptor(limitRates);
    }
}
