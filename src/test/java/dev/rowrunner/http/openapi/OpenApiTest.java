package dev.rowrunner.http.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.http.Tokens;
import dev.rowrunner.runner.Role;
import dev.rowrunner.testing.Api;
import dev.rowrunner.testing.RowrunnerTest;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@RowrunnerTest
class OpenApiTest {

    @Autowired
    Api api;

    @Autowired
    Tokens tokens;

    @Autowired
    Document document;

    @Autowired
    JsonMapper json;

    /** Those of the tests are for nobody to read. */
    @Test
    void hasASummaryForEveryEndpoint() {
        var silent = document.endpoints().stream()
                .filter(endpoint -> !endpoint.path().startsWith("/probe"))
                .filter(endpoint ->
                        endpoint.summary().isBlank() || endpoint.summary().endsWith("."))
                .map(endpoint -> endpoint.verb() + " " + endpoint.path())
                .toList();

        assertThat(silent).isEmpty();
    }

    @Test
    void describesParametersWithTheirBounds() {
        var parameters = operation("/api/audit", "get").get("parameters");

        assertThat(parameters.toString())
                .contains(
                        "{\"name\":\"since\",\"in\":\"query\",\"required\":false",
                        "\"schema\":{\"type\":\"string\",\"format\":\"date-time\"}")
                .containsPattern("\"name\":\"size\".*\"minimum\":1,\"maximum\":500");
    }

    @Test
    void describesBodiesAnswersAndErrors() {
        var bulk = operation("/api/usage", "post");

        assertThat(bulk.at("/requestBody/content/application~1json/schema/$ref").asString())
                .isEqualTo("#/components/schemas/Usage.BulkRequest");
        assertThat(bulk.at("/responses/200/content/application~1json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/Usage.BulkAnswer");
        assertThat(bulk.at("/responses/400/content/application~1problem+json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/Problem");
        assertThat(operation("/api/usage/aggregate", "post")
                        .at("/responses/202")
                        .isMissingNode())
                .isFalse();
        assertThat(operation("/api/audit", "get")
                        .at("/responses/200/content/application~1json/schema/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/PageOfAudit.Entry");
        assertThat(written()
                        .at("/components/schemas/PageOfAudit.Entry/properties/items/items/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/Audit.Entry");
        assertThat(written().at("/components/schemas/Audit.Entry/required").toString())
                .isEqualTo("[\"id\",\"at\",\"actor\",\"action\",\"subject\"]");
    }

    @Test
    void namesTheLeastRoleAndTheRate() {
        assertThat(operation("/api/audit", "get").get("x-role").asString()).isEqualTo("admin");
        assertThat(operation("/api/usage/aggregate", "post").get("x-role").asString())
                .isEqualTo("operator");
        assertThat(operation("/probe/limited", "post").get("description").asString())
                .isEqualTo("Role: operator. Each caller: 5 times in any 1h.");
    }

    @Test
    void refersToNoSchemaThatIsNotThere() {
        var schemas = written().at("/components/schemas");

        var references = Pattern.compile("#/components/schemas/([^\"]+)")
                .matcher(written().toString())
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();

        assertThat(references)
                .hasSizeGreaterThan(5)
                .allSatisfy(name -> assertThat(schemas.has(name)).as(name).isTrue());
    }

    @Test
    void givesProgramsTheDocumentThatPeopleRead() {
        var served = api.as(Role.VIEWER)
                .get()
                .uri("/api/openapi")
                .exchange()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(json.readTree(String.valueOf(served))).isEqualTo(written());
    }

    @Test
    void asksABrowserForATokenAndShowsThePage() {
        var secret = tokens.create("docs-" + UUID.randomUUID(), Role.VIEWER);

        var asked = page(null);
        var wrong = page("rr_wrong");
        var shown = page(secret);

        assertThat(asked.getStatus().value()).isEqualTo(401);
        assertThat(asked.getResponseHeaders().getFirst("WWW-Authenticate")).startsWith("Basic realm=");
        assertThat(wrong.getStatus().value()).isEqualTo(401);
        assertThat(shown.getStatus().value()).isEqualTo(200);
        assertThat(shown.getResponseHeaders().getContentType()).hasToString("text/html;charset=UTF-8");
        assertThat(shown.getResponseBody())
                .contains("<h1>Rowrunner API</h1>", "/<wbr>api/<wbr>audit", "Who changed what, newest first.")
                .doesNotContain(secret);
    }

    @Test
    void letsNothingRunOnThePage() {
        var shown = page(tokens.create("docs-" + UUID.randomUUID(), Role.VIEWER));

        assertThat(shown.getResponseHeaders().get("Content-Security-Policy"))
                .containsExactly(DocsPage.CONTENT_SECURITY_POLICY);
        assertThat(DocsPage.CONTENT_SECURITY_POLICY).startsWith("default-src 'none'; style-src 'sha256-");
        assertThat(shown.getResponseBody()).doesNotContain("<script", "style=", "http://", "onclick");
    }

    private EntityExchangeResult<String> page(@Nullable String secret) {
        return (secret == null ? api.withoutToken() : api.withBasic("anybody", secret))
                .get()
                .uri("/docs")
                .exchange()
                .expectBody(String.class)
                .returnResult();
    }

    private JsonNode operation(String path, String verb) {
        return written().get("paths").get(path).get(verb);
    }

    private JsonNode written() {
        return json.readTree(json.writeValueAsString(document.write()));
    }
}
