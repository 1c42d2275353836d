package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Nearest;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Checks that the args of a schedule fit its kind, as far as this process knows that. */
@Component
class ScheduleArgs {

    private static final String KINDS = "SELECT name FROM rowrunner.kind ORDER BY name";

    private static final String NEEDED = """
            SELECT DISTINCT arg FROM rowrunner.kind, unnest(unique_args || tenant_arg || key_arg) AS arg
            WHERE name = :kind AND arg IS NOT NULL ORDER BY arg
            """;

    private final Handlers handlers;
    private final JsonArgs jsonArgs;
    private final JdbcClient jdbc;

    ScheduleArgs(Handlers handlers, JsonArgs jsonArgs, JdbcClient jdbc) {
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
        this.jdbc = jdbc;
    }

    /** Answers the args as they are stored. Throws an {@link InvalidSchedule} if kind or args are wrong. */
    String checked(@Nullable String kind, Map<String, @Nullable Object> args) {
        if (kind == null) {
            throw new InvalidSchedule("kind", "kind is missing: a new schedule needs one");
        }
        return handlers.has(kind) ? checked(handlers.of(kind).kind(), args) : checkedByRow(kind, args);
    }

    /** Strictly: what is read into the kind's record and written again is what a job of it is given. */
    private <A> String checked(JobKind<A> kind, Map<String, @Nullable Object> args) {
        var json = storable(() -> jsonArgs.write(kind.name(), args));
        try {
            var read = jsonArgs.read(kind, json);
            return storable(() -> jsonArgs.write(kind, read));
        } catch (ArgsDoNotFitException e) {
            var misfit = e.misfit(jsonArgs.redaction(kind, json));
            throw new InvalidSchedule(misfit.field(), misfit.message());
        }
    }

    private static String storable(Supplier<String> json) {
        try {
            return json.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidSchedule("args", "args can't be stored: " + e.getMessage());
        }
    }

    private String checkedByRow(String kind, Map<String, @Nullable Object> args) {
        var kinds = jdbc.sql(KINDS).query(String.class).list();
        if (!kinds.contains(kind)) {
            throw new InvalidSchedule(
                    "kind",
                    "kind must be a known kind, was '" + kind + "'" + Nearest.to(kind, kinds) + "; known are "
                            + String.join(", ", kinds));
        }
        jdbc.sql(NEEDED).param("kind", kind).query(String.class).list().stream()
                .map(Objects::requireNonNull)
                .filter(arg -> !args.containsKey(arg))
                .findFirst()
                .ifPresent(arg -> {
                    throw new InvalidSchedule(
                            "args." + arg,
                            "args." + arg + " is missing; kind '" + kind + "' tells its jobs apart by it");
                });
        return storable(() -> jsonArgs.write(kind, args));
    }
}
