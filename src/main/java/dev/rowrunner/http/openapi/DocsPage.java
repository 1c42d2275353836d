package dev.rowrunner.http.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.util.HtmlUtils;

/** The OpenAPI document as a page that needs no script. */
@SuppressWarnings("unchecked")
final class DocsPage {

    private static final String STYLE = style();

    /** The style alone is let in, by its hash. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'sha256-" + sha256(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private record Operation(String verb, String path, Map<String, Object> text) {
        String id() {
            return verb + path.replaceAll("\\W+", "-");
        }
    }

    private final Map<String, Object> document;
    private final StringBuilder html = new StringBuilder();

    DocsPage(Map<String, Object> document) {
        this.document = document;
    }

    String html() {
        var byTag = byTag();
        var info = map(document, "info");
        html.append("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>Rowrunner API</title><style>")
                .append(STYLE)
                .append("</style></head>\n<body>\n");
        contents(byTag);
        html.append("<main>\n<h1>Rowrunner API</h1>\n");
        element("p", text(info, "description"));
        html.append("<p>For programs: <code>GET /api/openapi</code>. Version ")
                .append(escape(text(info, "version")))
                .append(".</p>\n");
        byTag.forEach(this::section);
        html.append("<h2 id=\"schemas\">Objects</h2>\n");
        map(map(document, "components"), "schemas")
                .forEach((name, schema) -> schema(name, (Map<String, Object>) schema));
        return html.append("</main>\n</body>\n</html>\n").toString();
    }

    private Map<String, List<Operation>> byTag() {
        var byTag = new TreeMap<String, List<Operation>>(
                Comparator.comparing(DocsPage::rank).thenComparing(tag -> tag));
        map(document, "paths")
                .forEach((path, verbs) -> ((Map<String, Object>) verbs).forEach((verb, operation) -> {
                    var text = (Map<String, Object>) operation;
                    var tag = ((List<String>) text.getOrDefault("tags", List.of("other"))).get(0);
                    byTag.computeIfAbsent(tag, ignored -> new ArrayList<>())
                            .add(new Operation(verb.toUpperCase(Locale.ROOT), path, text));
                }));
        return byTag;
    }

    /** What jobs are about comes first. */
    private static int rank(String tag) {
        return Set.of("actuator", "docs", "openapi").contains(tag) ? 1 : 0;
    }

    private void contents(Map<String, List<Operation>> byTag) {
        html.append("<nav aria-label=\"Contents\"><p>Rowrunner</p>\n");
        byTag.forEach((tag, operations) -> {
            html.append("<details open><summary>").append(escape(tag)).append("</summary><ul>\n");
            operations.forEach(operation -> html.append("<li><a href=\"#")
                    .append(operation.id())
                    .append("\">")
                    .append(badge(operation.verb()))
                    .append(path(operation.path()))
                    .append("</a></li>\n"));
            html.append("</ul></details>\n");
        });
        html.append("<p><a href=\"#schemas\">Objects</a></p></nav>\n");
    }

    private void section(String tag, List<Operation> operations) {
        html.append("<h2>").append(escape(tag)).append("</h2>\n");
        operations.forEach(this::operation);
    }

    private void operation(Operation operation) {
        var text = operation.text();
        html.append("<section id=\"")
                .append(operation.id())
                .append("\">\n<h3>")
                .append(badge(operation.verb()))
                .append(path(operation.path()))
                .append("</h3>\n");
        element("p", text(text, "summary") + ".");
        if (text.containsKey("description")) {
            html.append("<p class=\"role\">")
                    .append(escape(text(text, "description")))
                    .append("</p>\n");
        }
        parameters((List<Map<String, Object>>) text.getOrDefault("parameters", List.of()));
        if (text.containsKey("requestBody")) {
            line("Body", type(content(map(text, "requestBody"))));
        }
        map(text, "responses").forEach((status, response) -> response(status, (Map<String, Object>) response));
        html.append("<pre>").append(escape(example(operation))).append("</pre>\n</section>\n");
    }

    private void parameters(List<Map<String, Object>> parameters) {
        if (!parameters.isEmpty()) {
            html.append(
                    "<table><thead><tr><th>Parameter</th><th>In</th><th>Is</th><th>Means</th></tr></thead><tbody>\n");
            parameters.forEach(parameter -> row(
                    text(parameter, "name"),
                    Boolean.TRUE.equals(parameter.get("required")),
                    text(parameter, "in"),
                    map(parameter, "schema"),
                    text(parameter, "description")));
            html.append("</tbody></table>\n");
        }
    }

    private void row(String name, boolean required, @Nullable String in, Map<String, Object> schema, String means) {
        html.append("<tr><td><code>")
                .append(escape(name))
                .append("</code>")
                .append(required ? " <b>required</b>" : "")
                .append("</td>");
        if (in != null) {
            html.append("<td>").append(escape(in)).append("</td>");
        }
        html.append("<td>")
                .append(type(schema))
                .append("</td><td>")
                .append(escape(means))
                .append("</td></tr>\n");
    }

    private void response(String status, Map<String, Object> response) {
        var answers = status.startsWith("2");
        var schema = content(response);
        line(status, answers && !schema.isEmpty() ? type(schema) : escape(text(response, "description")));
    }

    private void line(String name, String valueHtml) {
        html.append("<p class=\"line\"><b>")
                .append(escape(name))
                .append("</b> ")
                .append(valueHtml)
                .append("</p>\n");
    }

    private void schema(String name, Map<String, Object> schema) {
        var required = (List<String>) schema.getOrDefault("required", List.of());
        html.append("<section id=\"schema-")
                .append(escape(name))
                .append("\"><h3>")
                .append(escape(name))
                .append("</h3>\n");
        html.append("<table><thead><tr><th>Field</th><th>Is</th><th>Means</th></tr></thead><tbody>\n");
        map(schema, "properties")
                .forEach((field, type) -> row(
                        field,
                        required.contains(field),
                        null,
                        (Map<String, Object>) type,
                        text((Map<String, Object>) type, "description")));
        html.append("</tbody></table></section>\n");
    }

    /** What a value is, in words; objects are links. */
    private static String type(Map<String, Object> schema) {
        if (schema.containsKey("$ref")) {
            var name = text(schema, "$ref").replaceFirst(".*/", "");
            return "<a href=\"#schema-" + escape(name) + "\">" + escape(name) + "</a>";
        }
        if (schema.containsKey("items")) {
            return "list of " + type(map(schema, "items")) + bounds(schema);
        }
        if (schema.containsKey("additionalProperties")) {
            return "map to " + type(map(schema, "additionalProperties"));
        }
        if (schema.containsKey("enum")) {
            return escape(String.join(", ", (List<String>) schema.get("enum")));
        }
        return (schema.containsKey("type") ? escape(words(schema)) : "any JSON") + bounds(schema);
    }

    private static String words(Map<String, Object> schema) {
        return switch (text(schema, "format")) {
            case "uuid" -> "UUID";
            case "date" -> "date";
            case "date-time" -> "instant, such as 2026-01-31T10:00:00Z";
            case "duration" -> "duration, such as PT15M";
            default -> text(schema, "type").replace("integer", "whole number").replace("string", "text");
        };
    }

    private static String bounds(Map<String, Object> schema) {
        var text = new StringBuilder();
        bound(text, schema, "minimum", "from %s");
        bound(text, schema, "maximum", "up to %s");
        bound(text, schema, "minLength", "at least %s characters");
        bound(text, schema, "maxLength", "up to %s characters");
        bound(text, schema, "minItems", "at least %s");
        bound(text, schema, "maxItems", "up to %s");
        bound(text, schema, "pattern", "matches %s");
        bound(text, schema, "default", "%s unless said");
        return text.toString();
    }

    private static void bound(StringBuilder text, Map<String, Object> schema, String key, String words) {
        if (schema.containsKey(key)) {
            text.append(", ").append(words.replace("%s", escape(text(schema, key))));
        }
    }

    private static String example(Operation operation) {
        var body = operation.text().containsKey("requestBody")
                ? " \\\n    -H 'Content-Type: application/json' -d '{...}'"
                : "";
        var verb = operation.verb().equals("GET") ? "" : "-X " + operation.verb() + " ";
        return "curl " + verb + "-H \"Authorization: Bearer $TOKEN\" $API_URL" + operation.path() + body;
    }

    private static String badge(String verb) {
        return "<span class=\"verb " + verb.toLowerCase(Locale.ROOT) + "\">" + verb + "</span> ";
    }

    /** A long path may break after a slash. */
    private static String path(String path) {
        return "<code>" + escape(path).replace("/", "/<wbr>") + "</code>";
    }

    private void element(String name, String text) {
        html.append('<')
                .append(name)
                .append('>')
                .append(escape(text))
                .append("</")
                .append(name)
                .append(">\n");
    }

    private static Map<String, Object> content(Map<String, Object> holder) {
        return map(holder, "content").values().stream()
                .map(content -> map((Map<String, Object>) content, "schema"))
                .findFirst()
                .orElse(Map.of());
    }

    private static Map<String, Object> map(Map<String, Object> holder, String key) {
        return (Map<String, Object>) holder.getOrDefault(key, Map.of());
    }

    private static String text(Map<String, Object> holder, String key) {
        return String.valueOf(holder.getOrDefault(key, ""));
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }

    private static String style() {
        try {
            return new ClassPathResource("docs.css", DocsPage.class).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
