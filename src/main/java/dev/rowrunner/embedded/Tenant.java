package dev.rowrunner.embedded;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who holds a data folder, and the URLs of what it runs, for other programs on this machine to find.
 *
 * @param pid its process
 * @param serves whether it runs until it is stopped, rather than for one command
 * @param urls by the names of their variables: DATABASE_URL, REDIS_URL and, once it is ready, API_URL, DASHBOARD_URL
 */
record Tenant(long pid, boolean serves, Map<String, String> urls) {

    Tenant {
        urls = Map.copyOf(urls);
    }

    Tenant with(Map<String, String> moreUrls) {
        var all = new TreeMap<>(urls);
        all.putAll(moreUrls);
        return new Tenant(pid, serves, all);
    }

    boolean isServing() {
        return serves && ProcessHandle.of(pid).isPresent();
    }

    Optional<String> url(String variable) {
        return Optional.ofNullable(urls.get(variable));
    }

    static Tenant parse(String text) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var urls = properties.stringPropertyNames().stream()
                .filter(name -> name.endsWith("_URL"))
                .collect(Collectors.toMap(name -> name, properties::getProperty));
        return new Tenant(
                Long.parseLong(properties.getProperty("pid")),
                Boolean.parseBoolean(properties.getProperty("serves")),
                urls);
    }

    String format() {
        return "pid=" + pid + "\nserves=" + serves + "\n"
                + new TreeMap<>(urls)
                        .entrySet().stream()
                                .map(url -> url.getKey() + "=" + url.getValue().replace("\\", "\\\\") + "\n")
                                .collect(Collectors.joining());
    }
}
