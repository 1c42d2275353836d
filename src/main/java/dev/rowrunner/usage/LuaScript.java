package dev.rowrunner.usage;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisScriptingCommands;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A script that Redis runs as one step, sent by its digest, and in full only to a server that does not know it yet. */
record LuaScript(String text, String digest) {

    /** @param name of a file in the resources of this package, without its ending */
    static LuaScript load(String name) {
        var path = "/usage/" + name + ".lua";
        try (var file = LuaScript.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException("The jar lacks " + path);
            }
            var bytes = file.readAllBytes();
            return new LuaScript(new String(bytes, StandardCharsets.UTF_8), sha1(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T> T run(
            RedisScriptingCommands<String, String> redis, ScriptOutputType answer, String[] keys, String... arguments) {
        try {
            return redis.evalsha(digest, answer, keys, arguments);
        } catch (RedisNoScriptException e) {
            return redis.eval(text, answer, keys, arguments);
        }
    }

    private static String sha1(byte[] bytes) {
        try {
            return new String(Base16.encode(MessageDigest.getInstance("SHA-1").digest(bytes), false));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-1", e);
        }
    }
}
