package dev.rowrunner.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is and who asks. Read from the forms that libpq knows ({@code postgres://},
 * {@code postgresql://}) and from the driver's own ({@code jdbc:postgresql://}); written in either. Errors and
 * {@link #toString} never show the password.
 *
 * @param hosts one or several {@code host:port}, joined by commas
 * @param parameters under the driver's names
 */
public record DatabaseUrl(
        String hosts,
        String database,
        @Nullable String user,
        @Nullable String password,
        Map<String, String> parameters) {

    private static final Pattern FORM =
            Pattern.compile("(?:jdbc:)?postgres(?:ql)?://([^/?#]*)(?:/([^?#]*))?(?:\\?(.*))?");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?");

    /**
     * Of several hosts the one that may be written to is meant, and after a failover the driver must not believe for
     * long what it knew of them.
     */
    private static final Map<String, String> FAILOVER =
            Map.of("targetServerType", "primary", "hostRecheckSeconds", "1", "connectTimeout", "3");

    private static final String ENCODE =
            " (in a user or password, the characters : / ? # @ and % must be percent-encoded)";

    public DatabaseUrl {
        parameters = Map.copyOf(parameters);
    }

    /**
     * Reads any of the three forms.
     *
     * @throws IllegalArgumentException saying what is wrong; it begins with "is" or "has", for a caller to put the name
     *     before
     */
    public static DatabaseUrl parse(String url) {
        var form = FORM.matcher(url.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("is not of the form postgres://user:password@host:5432/database"
                    + " or jdbc:postgresql://host:5432/database?user=...&password=...");
        }
        var parameters = parametersOf(form.group(3));
        var authority = form.group(1);
        int at = authority.lastIndexOf('@');
        var userAndPassword = (at < 0 ? "" : authority.substring(0, at)).split(":", 2);
        var user = userAndPassword[0].isEmpty() ? parameters.remove("user") : decode(userAndPassword[0]);
        var password = userAndPassword.length < 2 ? parameters.remove("password") : decode(userAndPassword[1]);
        var database = databaseOf(form.group(2), user);
        var hosts = hostsOf(authority.substring(at + 1));
        if (hosts.contains(",")) {
            FAILOVER.forEach(parameters::putIfAbsent);
        }
        return new DatabaseUrl(hosts, database, user, password, parameters);
    }

    public Optional<String> userName() {
        return Optional.ofNullable(user);
    }

    public Optional<String> secret() {
        return Optional.ofNullable(password);
    }

    /** For the driver; without user and password, which are given to it apart. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + hosts + "/" + encode(database) + query(parameters);
    }

    /** For psql and every other program on libpq, with user and password. Leaves out what only the driver knows. */
    public String libpqUrl() {
        var credentials = userName().map(DatabaseUrl::encode).orElse("")
                + secret().map(secret -> ":" + encode(secret)).orElse("");
        return "postgresql://" + (credentials.isEmpty() ? "" : credentials + "@") + hosts + "/" + encode(database)
                + query(ParameterNames.forLibpq(parameters));
    }

    /** Names the server in errors and logs. */
    public String place() {
        return hosts + "/" + database;
    }

    @Override
    public String toString() {
        return "DatabaseUrl[" + place() + ", user=" + user + "]";
    }

    private static String hostsOf(String authority) {
        var hosts = authority.isEmpty() ? "localhost" : authority;
        return Pattern.compile(",")
                .splitAsStream(hosts)
                .map(DatabaseUrl::hostWithPort)
                .collect(Collectors.joining(","));
    }

    private static String hostWithPort(String host) {
        var parts = HOST.matcher(host);
        if (!parts.matches()) {
            // What stands here may be the rest of a password, so it is not shown.
            throw new IllegalArgumentException(
                    "has a host that can't be read as name, name:port or [IPv6]:port" + ENCODE);
        }
        var port = parts.group(2) == null ? 5432 : Integer.parseInt(parts.group(2));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("has a port that is not between 1 and 65535" + ENCODE);
        }
        return parts.group(1) + ":" + port;
    }

    private static String databaseOf(@Nullable String path, @Nullable String user) {
        if (path == null || path.isEmpty()) {
            return user == null ? "postgres" : user;
        }
        if (path.contains("@")) {
            throw new IllegalArgumentException("has an @ after the host" + ENCODE);
        }
        return decode(path);
    }

    private static Map<String, String> parametersOf(@Nullable String query) {
        var parameters = new LinkedHashMap<String, String>();
        if (query != null && !query.isEmpty()) {
            for (var parameter : query.split("&", -1)) {
                var nameAndValue = parameter.split("=", 2);
                ParameterNames.forDriver(
                        decode(nameAndValue[0]), nameAndValue.length < 2 ? "" : decode(nameAndValue[1]), parameters);
            }
        }
        return parameters;
    }

    private static String query(Map<String, String> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static String decode(String text) {
        try {
            // A plus is a plus in these URLs, and a space only in forms.
            return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has a % that two hexadecimal digits do not follow" + ENCODE, e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
