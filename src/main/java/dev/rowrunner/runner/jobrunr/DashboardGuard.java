package dev.rowrunner.runner.jobrunr;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.rowrunner.runner.Actor;
import dev.rowrunner.runner.DashboardGate;
import dev.rowrunner.runner.DashboardGate.Access;
import dev.rowrunner.runner.DashboardGate.Visitor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every page of the dashboard. A foreign host name is refused, which defeats DNS rebinding, and so is a
 * change that another site's page asks for; the rest is HTTP Basic and the {@link DashboardGate}.
 */
final class DashboardGuard extends Filter {

    private final DashboardGate gate;
    private final Set<String> hosts;

    DashboardGuard(DashboardGate gate, Set<String> hosts) {
        this.gate = gate;
        this.hosts = hosts;
    }

    @Override
    public String description() {
        return "Checks host, origin and credentials";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("X-Frame-Options", "DENY");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        var host = exchange.getRequestHeaders().getFirst("Host");
        var reads = exchange.getRequestMethod().equals("GET");
        if (host == null || !hosts.contains(name(host))) {
            refuse(exchange, 403, "This host name is not known here; add it to rowrunner.dashboard.hosts");
        } else if (!reads && isForeign(exchange.getRequestHeaders().getFirst("Origin"), host)) {
            refuse(exchange, 403, "A page of another origin may change nothing here");
        } else {
            admit(exchange, chain, reads);
        }
    }

    private void admit(HttpExchange exchange, Chain chain, boolean reads) throws IOException {
        var visitor = visitor(exchange.getRequestHeaders().getFirst("Authorization"));
        switch (visitor.access()) {
            case NONE -> {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"Rowrunner\", charset=\"UTF-8\"");
                refuse(exchange, 401, "Sign in with any user name, and a token as the password");
            }
            case REFUSED -> refuse(exchange, 403, String.valueOf(visitor.reason()));
            case UNKNOWN_NOW -> refuse(exchange, 503, "Who you are can't be checked now; try again in 5 seconds");
            case VIEW, ACT -> {
                if (!reads && visitor.access() == Access.VIEW) {
                    refuse(exchange, 403, "This token may look and not act");
                } else {
                    actAs(visitor, exchange, chain);
                }
            }
        }
    }

    /** For the audit. */
    private static void actAs(Visitor visitor, HttpExchange exchange, Chain chain) throws IOException {
        try (var acting = Actor.as("dashboard:" + visitor.name())) {
            chain.doFilter(exchange);
        }
    }

    /** The host without its port: {@code [::1]:8000} is {@code [::1]}. */
    private static String name(String host) {
        return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    }

    /** Browsers name the origin of every change; programs that are no browsers name none. The scheme may differ: TLS. */
    private static boolean isForeign(@Nullable String origin, String host) {
        return origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host);
    }

    private Visitor visitor(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Visitor.UNKNOWN;
        }
        var credentials = decoded(authorization.substring(6).strip());
        int colon = credentials.indexOf(':');
        return colon < 0
                ? Visitor.UNKNOWN
                : gate.visitor(credentials.substring(0, colon), credentials.substring(colon + 1));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }

    private static void refuse(HttpExchange exchange, int status, String reason) throws IOException {
        var body = (reason + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain;charset=UTF-8");
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
