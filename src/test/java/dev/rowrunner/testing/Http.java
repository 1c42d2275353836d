package dev.rowrunner.testing;

import dev.rowrunner.runner.Role;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/** Asks the test's server for JSON, as the bearer of a role. */
public record Http(Api api, Role role) {

    public record Answer(int status, Map<String, Object> body, HttpHeaders headers) {

        public String text(String field) {
            return String.valueOf(body.get(field));
        }

        /** A field that is an object. */
        @SuppressWarnings("unchecked")
        public Map<String, Object> part(String field) {
            return (Map<String, Object>) Objects.requireNonNull(body.get(field), field);
        }

        /** A field that is a list of objects. */
        @SuppressWarnings("unchecked")
        public List<Map<String, Object>> parts(String field) {
            return (List<Map<String, Object>>) Objects.requireNonNull(body.get(field), field);
        }

        /** The rows of a page. */
        public List<Map<String, Object>> items() {
            return parts("items");
        }
    }

    public Answer get(String path) {
        return exchange("GET", path, null);
    }

    public Answer post(String path) {
        return exchange("POST", path, null);
    }

    public Answer post(String path, Object body) {
        return exchange("POST", path, body);
    }

    public Answer delete(String path) {
        return exchange("DELETE", path, null);
    }

    /** What is not allowed in a URL must be escaped in the path already. */
    public Answer exchange(String method, String path, @Nullable Object body) {
        var request = api.as(role)
                .method(HttpMethod.valueOf(method))
                .uri(URI.create("http://127.0.0.1:" + api.port() + path));
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var result = request.exchange().returnResult(new ParameterizedTypeReference<Map<String, Object>>() {});
        var answer = result.getResponseBody();
        return new Answer(result.getStatus().value(), answer == null ? Map.of() : answer, result.getResponseHeaders());
    }
}
