package dev.rowrunner.receipts.sources;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.gmail.Gmail;
import com.google.api.services.gmail.model.Message;
import dev.rowrunner.testing.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Gmail and Google's sign-in, as the npm package {@code emulate} plays them: nobody here has written it. */
public final class EmulatedGmail implements AutoCloseable {

    private static final String VERSION = "0.11.2";
    private static final String CLIENT = "rowrunner.apps.googleusercontent.com";
    private static final String SECRET = "GOCSPX-test";
    private static final String USER = "owner@business.example";
    private static final String CALLBACK = "http://localhost/callback";
    private static final Pattern TOKEN = Pattern.compile("\"(\\w+_token)\":\"([^\"]+)\"");

    private final Process process;
    private final URI url;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Gmail owner;

    private EmulatedGmail(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** Skips the test where there is no npm, or no package to be had. */
    public static EmulatedGmail start() {
        var folder = install();
        try {
            var seed = Files.writeString(folder.resolve("seed.yaml"), """
                    google:
                      users:
                        - email: %s
                          name: Owner
                      oauth_clients:
                        - client_id: %s
                          client_secret: %s
                          redirect_uris:
                            - %s
                    """.formatted(USER, CLIENT, SECRET, CALLBACK));
            int port = Servers.freePort();
            var process = new ProcessBuilder(
                            "node",
                            folder.resolve("node_modules/emulate/dist/index.js").toString(),
                            "start",
                            "--service",
                            "google",
                            "--port",
                            String.valueOf(port),
                            "--seed",
                            seed.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            var emulated = new EmulatedGmail(process, URI.create("http://localhost:" + port + "/"));
            await("Gmail's emulator").atMost(Duration.ofSeconds(30)).until(emulated::answers);
            return emulated;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path install() {
        var folder = Path.of("target", "npm", "emulate-" + VERSION).toAbsolutePath();
        try {
            if (!Files.exists(folder.resolve("node_modules/emulate/package.json"))) {
                Files.createDirectories(folder);
                var npm = new ProcessBuilder(
                                "npm",
                                "install",
                                "--no-audit",
                                "--no-fund",
                                "--prefix",
                                folder.toString(),
                                "emulate@" + VERSION)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("npm.log").toFile())
                        .start();
                Assumptions.assumeTrue(
                        npm.waitFor(2, TimeUnit.MINUTES) && npm.exitValue() == 0,
                        "npm can't install emulate@" + VERSION + "; see " + folder.resolve("npm.log"));
            }
            return folder;
        } catch (IOException e) {
            return Assumptions.abort("There is no npm on this machine: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers() throws InterruptedException, IOException {
        try {
            http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding());
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    public GmailSettings settings() {
        return new GmailSettings(url, url.resolve("oauth2/token"), CLIENT, SECRET);
    }

    /** The owner of the mailbox lets us in. */
    public String refreshToken() {
        return Objects.requireNonNull(grant().get("refresh_token"));
    }

    private Map<String, String> grant() {
        var agreed = post(
                "o/oauth2/v2/auth/callback",
                Map.of(
                        "email",
                        USER,
                        "redirect_uri",
                        CALLBACK,
                        "client_id",
                        CLIENT,
                        "scope",
                        "https://mail.google.com/"));
        var code = agreed.headers().firstValue("location").orElseThrow().replaceFirst(".*[?&]code=([^&]+).*", "$1");
        var answer = post(
                "oauth2/token",
                Map.of(
                        "grant_type", "authorization_code",
                        "code", code,
                        "redirect_uri", CALLBACK,
                        "client_id", CLIENT,
                        "client_secret", SECRET));
        return TOKEN.matcher(answer.body())
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
    }

    private HttpResponse<String> post(String path, Map<String, String> form) {
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        try {
            return http.send(
                    HttpRequest.newBuilder(url.resolve(path))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A mail comes. Answers its id. */
    public String deliver(String raw, String... labels) {
        try {
            var message = new Message()
                    .setRaw(Base64.getUrlEncoder().encodeToString(raw.getBytes(UTF_8)))
                    .setLabelIds(labels.length == 0 ? List.of("INBOX", "UNREAD") : List.of(labels));
            var insert = owner().users().messages().insert("me", message);
            insert.setDisableGZipContent(true);
            return insert.execute().getId();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Gmail owner() {
        if (owner == null) {
            var access = grant().get("access_token");
            owner = new Gmail.Builder(
                            new NetHttpTransport(),
                            GsonFactory.getDefaultInstance(),
                            request -> request.getHeaders().setAuthorization("Bearer " + access))
                    .setApplicationName("test")
                    .setRootUrl(url.toString())
                    .build();
        }
        return owner;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
