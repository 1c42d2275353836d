package dev.rowrunner.http;

import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.KeyedEndpoint;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.SignedEndpoint;
import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchyImpl;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Closes every endpoint but health. A viewer may look (GET, HEAD), an operator may do the rest; an endpoint that asks
 * for more says so itself, with {@code @PreAuthorize("hasRole('ADMIN')")}; one that checks signatures, or a key of its own,
 * needs no token, see {@link SignedEndpoint} and {@link KeyedEndpoint}.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@EnableMethodSecurity
class Security {

    /** Orchestrators and load balancers ask these, and have no token. They answer a status and nothing more. */
    static final String[] PUBLIC = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"};

    static final String DOCS = "/docs";

    @Bean
    static RoleHierarchy roleHierarchy() {
        return RoleHierarchyImpl.withDefaultRolePrefix()
                .role(Role.ADMIN.name())
                .implies(Role.OPERATOR.name())
                .role(Role.OPERATOR.name())
                .implies(Role.VIEWER.name())
                .build();
    }

    /**
     * A page for browsers, which can't send a bearer token when they go to a page. So HTTP Basic, with a token as the
     * password, is taken here, and nowhere else: a browser goes on sending such credentials by itself.
     */
    @Bean
    @Order(1)
    SecurityFilterChain docs(HttpSecurity http, SignIn signIn, RefuseRequests refuse) {
        return closed(http.securityMatcher(DOCS), signIn, refuse)
                .authorizeHttpRequests(rules -> rules.requestMatchers(HttpMethod.GET, DOCS)
                        .hasRole(Role.VIEWER.name())
                        .anyRequest()
                        .denyAll())
                .addFilterBefore(new BasicAuthenticationFilter(signIn, refuse), BearerTokenAuthenticationFilter.class)
                // The page brings a policy of its own.
                .headers(Security::headers)
                .build();
    }

    @Bean
    SecurityFilterChain closedByDefault(
            HttpSecurity http,
            SignIn signIn,
            RefuseRequests refuse,
            List<SignedEndpoint> signed,
            List<KeyedEndpoint> keyed) {
        return closed(http, signIn, refuse)
                .authorizeHttpRequests(rules -> rules(rules, signed, keyed))
                .headers(Security::headers)
                .build();
    }

    private static HttpSecurity closed(HttpSecurity http, SignIn signIn, RefuseRequests refuse) {
        return http.addFilter(bearerFilter(signIn, refuse))
                .exceptionHandling(
                        refusal -> refusal.authenticationEntryPoint(refuse).accessDeniedHandler(refuse))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                // A forged request of a browser carries no bearer token: nothing that changes anything is signed in by
                // a cookie or by HTTP Basic.
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable);
    }

    private static void rules(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry rules,
            List<SignedEndpoint> signed,
            List<KeyedEndpoint> keyed) {
        // Both continue a request that was let in.
        rules.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                .permitAll()
                .requestMatchers(HttpMethod.GET, PUBLIC)
                .permitAll()
                .requestMatchers(HttpMethod.HEAD, PUBLIC)
                .permitAll()
                .requestMatchers(HttpMethod.POST, paths(signed.stream().map(SignedEndpoint::path)))
                .permitAll()
                .requestMatchers(HttpMethod.GET, paths(keyed.stream().map(KeyedEndpoint::path)))
                .permitAll()
                // Metrics and the details of health are about all tenants.
                .requestMatchers(HttpMethod.GET, "/actuator/**")
                .access((signedIn, request) -> unbound(Role.VIEWER, signedIn.get()))
                .requestMatchers("/actuator/**")
                .access((signedIn, request) -> unbound(Role.OPERATOR, signedIn.get()))
                .requestMatchers(HttpMethod.GET, "/**")
                .hasRole(Role.VIEWER.name())
                .requestMatchers(HttpMethod.HEAD, "/**")
                .hasRole(Role.VIEWER.name())
                .anyRequest()
                .hasRole(Role.OPERATOR.name());
    }

    private static String[] paths(Stream<String> paths) {
        return paths.toArray(String[]::new);
    }

    private static AuthorizationResult unbound(Role least, @Nullable Authentication signedIn) {
        return new AuthorizationDecision(signedIn != null
                && signedIn.getPrincipal() instanceof Caller caller
                && caller.role().compareTo(least) >= 0
                && !caller.isBound());
    }

    /** Set up by hand, because {@code oauth2ResourceServer()} knows JWTs only, and opens a metadata endpoint. */
    private static BearerTokenAuthenticationFilter bearerFilter(SignIn signIn, RefuseRequests refuse) {
        var filter = new BearerTokenAuthenticationFilter(signIn);
        filter.setAuthenticationEntryPoint(refuse);
        filter.setAuthenticationFailureHandler(refuse::commence);
        return filter;
    }

    private static void headers(HeadersConfigurer<HttpSecurity> headers) {
        headers.contentSecurityPolicy(policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER));
    }
}
