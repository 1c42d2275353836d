package dev.rowrunner.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends one command to Redis, for machines without redis-cli. Prints as {@code redis-cli --raw} does. */
@Command(
        name = "redis",
        description = "Sends one Redis command and prints the answer.",
        mixinStandardHelpOptions = true)
final class RedisCommand implements Callable<Integer> {

    private final Surroundings surroundings;
    private final PrintStream out;

    @Parameters(
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "the command and its arguments, or all of it as one argument with quotes")
    private List<String> words = List.of();

    RedisCommand() {
        this(Surroundings.ofProcess(), System.out);
    }

    RedisCommand(Surroundings surroundings, PrintStream out) {
        this.surroundings = surroundings;
        this.out = out;
    }

    @Override
    public Integer call() {
        var command = words.size() == 1 ? RedisWords.split(words.get(0)) : words;
        try (var installation = new Installation(surroundings).closedAtExit()) {
            installation.visit();
            print(send(command, installation.redis()));
        }
        out.flush();
        return 0;
    }

    private static List<Object> send(List<String> command, RedisUrl url) {
        var client = RedisConnections.client(url);
        try (var connection = client.connect(ByteArrayCodec.INSTANCE)) {
            return connection
                    .sync()
                    .dispatch(
                            () -> command.get(0).toUpperCase(Locale.ROOT).getBytes(UTF_8),
                            new NestedMultiOutput<>(ByteArrayCodec.INSTANCE),
                            arguments(command));
        } catch (RedisException e) {
            throw new IllegalStateException("Redis at " + url.place() + ": " + RedisConnections.causeOf(e), e);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static CommandArgs<byte[], byte[]> arguments(List<String> command) {
        var arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        command.stream().skip(1).forEach(word -> arguments.add(word.getBytes(UTF_8)));
        return arguments;
    }

    private void print(List<?> answers) {
        answers.forEach(this::printOne);
    }

    private void printOne(@Nullable Object answer) {
        if (answer instanceof List<?> nested) {
            print(nested);
        } else {
            out.writeBytes(
                    answer instanceof byte[] bytes ? bytes : (answer == null ? "" : answer.toString()).getBytes(UTF_8));
            out.println();
        }
    }
}
