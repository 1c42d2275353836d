package dev.rowrunner.http.openapi;

import dev.rowrunner.runner.NoTenantData;
import dev.rowrunner.runner.Summary;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the description of the HTTP interface to programs and to people. */
@RestController
@ConditionalOnWebApplication
class OpenApiController {

    private final Document document;

    OpenApiController(Document document) {
        this.document = document;
    }

    @Summary("This interface as an OpenAPI 3.1 document")
    @NoTenantData
    @GetMapping("/api/openapi")
    Map<String, Object> openApi() {
        return document.write();
    }

    /** Its policy is stricter than a page of JavaScript could have: nothing runs, and nothing is loaded. */
    @Summary("This interface as a page; a browser asks for a token as the password of any user")
    @NoTenantData
    @GetMapping(path = "/docs", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> docs() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/html;charset=UTF-8"))
                .header("Content-Security-Policy", DocsPage.CONTENT_SECURITY_POLICY)
                .body(new DocsPage(document.write()).html());
    }
}
