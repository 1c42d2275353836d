package dev.rowrunner.postgres;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the parameters of a libpq URL are called by the JDBC driver. Names that both know are not listed. */
final class ParameterNames {

    private static final Map<String, String> DRIVER_BY_LIBPQ = Map.of(
            "application_name", "ApplicationName",
            "channel_binding", "channelBinding",
            "connect_timeout", "connectTimeout",
            "gssencmode", "gssEncMode",
            "target_session_attrs", "targetServerType",
            // Not libpq's, but many Node programs on the same database carry it.
            "schema", "currentSchema");

    private static final Map<String, String> LIBPQ_BY_DRIVER = DRIVER_BY_LIBPQ.entrySet().stream()
            .filter(names -> !names.getKey().equals("schema"))
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

    private static final Set<String> SHARED =
            Set.of("sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "options", "requiressl");

    private static final Map<String, String> SERVER_TYPE_BY_SESSION = Map.of(
            "read-write", "primary",
            "read-only", "secondary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");

    private static final Map<String, String> SESSION_BY_SERVER_TYPE =
            Map.of("secondary", "standby", "preferSecondary", "prefer-standby");

    private ParameterNames() {}

    static void forDriver(String name, String value, Map<String, String> parameters) {
        if (name.equals("host") || name.equals("hostaddr") || name.equals("port")) {
            throw new IllegalArgumentException("has the parameter '" + name
                    + "'; the host belongs before the database, and a socket's folder is not supported");
        }
        parameters.put(
                DRIVER_BY_LIBPQ.getOrDefault(name, name),
                name.equals("target_session_attrs") ? SERVER_TYPE_BY_SESSION.getOrDefault(value, value) : value);
    }

    static Map<String, String> forLibpq(Map<String, String> parameters) {
        var named = new HashMap<String, String>();
        parameters.forEach((name, value) -> {
            if (name.equals("targetServerType")) {
                named.put("target_session_attrs", SESSION_BY_SERVER_TYPE.getOrDefault(value, value));
            } else if (name.equals("currentSchema")) {
                named.put("options", "-csearch_path=" + value);
            } else if (SHARED.contains(name) || LIBPQ_BY_DRIVER.containsKey(name)) {
                named.put(LIBPQ_BY_DRIVER.getOrDefault(name, name), value);
            }
        });
        return named;
    }
}
