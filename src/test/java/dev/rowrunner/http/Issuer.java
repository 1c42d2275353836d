package dev.rowrunner.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An issuer of JWTs on this machine, with discovery and a set of keys that may be rotated. */
final class Issuer implements AutoCloseable {

    final AtomicInteger asked = new AtomicInteger();

    private final HttpServer server;
    private volatile RSAKey key = newKey("first");
    private volatile boolean away;

    private Issuer(HttpServer server) {
        this.server = server;
    }

    static Issuer start() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var issuer = new Issuer(server);
            server.createContext(
                    "/.well-known/openid-configuration",
                    exchange -> issuer.answer(exchange, """
                    {"issuer": "%s", "jwks_uri": "%s/keys"}""".formatted(issuer.url(), issuer.url())));
            server.createContext(
                    "/keys",
                    exchange -> issuer.answer(
                            exchange, new JWKSet(issuer.key).toPublicJWKSet().toString()));
            server.start();
            return issuer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void rotate() {
        key = newKey("second");
    }

    void goAway(boolean gone) {
        away = gone;
    }

    RSAKey key() {
        return key;
    }

    String sign(UnaryOperator<JWTClaimsSet.Builder> claims) {
        return sign(key, claims);
    }

    static String sign(RSAKey key, UnaryOperator<JWTClaimsSet.Builder> claims) {
        try {
            var jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims.apply(new JWTClaimsSet.Builder()).build());
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static RSAKey newKey(String name) {
        try {
            return new RSAKeyGenerator(2048).keyID(name).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        asked.incrementAndGet();
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(away ? 500 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
