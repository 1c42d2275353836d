package dev.rowrunner.admin;

import dev.rowrunner.http.Tokens;
import dev.rowrunner.runner.Role;
import dev.rowrunner.runner.Roles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Tells whoever started the program where everything is and how to get in. On a machine of its own it makes the first
 * token, and this is the one place where that token's secret is ever seen: it goes to standard output and no log.
 */
@Component
class Banner {

    private static final String FIRST_TOKEN = "admin";

    private final Installation installation;
    private final Roles roles;
    private final Tokens tokens;
    private final Environment environment;

    Banner(Installation installation, Roles roles, Tokens tokens, Environment environment) {
        this.installation = installation;
        this.roles = roles;
        this.tokens = tokens;
        this.environment = environment;
    }

    @EventListener
    void print(ApplicationReadyEvent ready) {
        if (!roles.roles().isEmpty()) {
            System.out.println(text(ready.getApplicationContext()));
        }
    }

    private String text(ApplicationContext context) {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add("Rowrunner is ready. Roles: " + String.join(", ", new TreeSet<>(roles.roles())));
        lines.add("");
        lines.addAll(addresses(context));
        lines.add("  psql       make psql");
        lines.add("  Tokens     " + command("token create NAME [--role operator|admin]"));
        lines.add("             " + command("token revoke NAME"));
        lines.add("");
        lines.addAll(signIn());
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private List<String> addresses(ApplicationContext context) {
        var lines = new ArrayList<String>();
        apiUrl(context).ifPresent(url -> lines.add("  API        " + url + ", described at " + url + "/docs"));
        if (installation.dashboard().enabled()) {
            lines.add("  Dashboard  " + dashboardUrl());
        }
        return lines;
    }

    private Optional<String> apiUrl(ApplicationContext context) {
        return context instanceof WebServerApplicationContext web && web.getWebServer() != null
                ? Optional.of(url(
                        environment.getProperty("server.address", "127.0.0.1"),
                        web.getWebServer().getPort()))
                : Optional.empty();
    }

    private String dashboardUrl() {
        return url(installation.dashboard().address(), installation.dashboard().port());
    }

    /** An address that means every interface is no address to go to. */
    private static String url(String address, int port) {
        var host = address.equals("0.0.0.0") || address.equals("::") ? "localhost" : address;
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private List<String> signIn() {
        var how = List.of(
                "  Sign in to the API with the header 'Authorization: Bearer TOKEN',",
                "  to dashboard and description with any user name and the token as the password.");
        var lines = new ArrayList<>(how);
        firstToken().ifPresentOrElse(lines::addAll, () -> lines.addAll(wayToToken()));
        return lines;
    }

    private Optional<List<String>> firstToken() {
        return installation.embedded() ? tokens.createFirst(FIRST_TOKEN).map(Banner::shownOnce) : Optional.empty();
    }

    private static List<String> shownOnce(String secret) {
        return List.of("", "  Token '" + FIRST_TOKEN + "', shown this once:", "", "      " + secret);
    }

    private List<String> wayToToken() {
        return tokens.live().isEmpty()
                ? List.of(
                        "",
                        "  No token is live. Make one:",
                        "      " + command("token create NAME --role " + Role.ADMIN.word()))
                : List.of();
    }

    private static String command(String arguments) {
        return "java -jar " + jar() + " " + arguments;
    }

    private static Path jar() {
        var source = new ApplicationHome(Banner.class).getSource();
        return source != null && source.isFile() ? fromHere(source.toPath()) : Path.of("target", "rowrunner.jar");
    }

    private static Path fromHere(Path jar) {
        var here = Path.of("").toAbsolutePath();
        return jar.startsWith(here) ? here.relativize(jar) : jar;
    }
}
