package dev.rowrunner.http;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Role;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads from the claims of a JWT who its bearer is. What is there and can't be read is refused, and not left out. */
final class Claims {

    /** JWTs' names and tokens' names must not be mixed up in the audit: no token has a colon in its name. */
    private static final String PREFIX = "jwt:";

    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,200}");

    private final JwtProperties properties;

    Claims(JwtProperties properties) {
        this.properties = properties;
    }

    Caller caller(JWTClaimsSet claims) {
        return new Caller(
                PREFIX + name(claims),
                role(claims),
                binding(claims, properties.tenantClaim()),
                binding(claims, properties.businessClaim()));
    }

    private String name(JWTClaimsSet claims) {
        if (claims.getClaim(properties.nameClaim()) instanceof String name
                && NAME.matcher(name).matches()) {
            return name;
        }
        throw new TokenRefused("This JWT is refused: its claim '" + properties.nameClaim()
                + "' must say who it is, in 1 to 200 characters.");
    }

    private Role role(JWTClaimsSet claims) {
        return texts(at(claims, properties.roleClaim())).stream()
                .flatMap(word ->
                        Arrays.stream(Role.values()).filter(role -> role.word().equals(word)))
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> new TokenRefused("This JWT is refused: its claim '" + properties.roleClaim()
                        + "' names no role; the roles are " + Role.words() + "."));
    }

    /** The claim of that name, or else, of {@code a.b}, the claim {@code b} within {@code a}. */
    private static @Nullable Object at(JWTClaimsSet claims, String path) {
        if (claims.getClaim(path) != null) {
            return claims.getClaim(path);
        }
        Object value = claims.getClaims();
        for (var step : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return value;
    }

    private static List<String> texts(@Nullable Object value) {
        if (value instanceof String text) {
            return List.of(text);
        }
        return value instanceof Collection<?> many
                ? many.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    private static @Nullable String binding(JWTClaimsSet claims, String claim) {
        var value = at(claims, claim);
        if (value == null) {
            return null;
        }
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new TokenRefused("This JWT is refused: its claim '" + claim + "' must be one text, and not empty.");
    }
}
