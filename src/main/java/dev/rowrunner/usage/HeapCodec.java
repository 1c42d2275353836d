package dev.rowrunner.usage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.codec.RedisCodec;
import java.nio.ByteBuffer;

/** Strings as UTF-8. The client library's own codec borrows a pooled buffer for each of a command's thousands of words. */
final class HeapCodec implements RedisCodec<String, String> {

    static final HeapCodec INSTANCE = new HeapCodec();

    @Override
    public String decodeKey(ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return new String(copy, UTF_8);
    }

    @Override
    public String decodeValue(ByteBuffer bytes) {
        return decodeKey(bytes);
    }

    @Override
    public ByteBuffer encodeKey(String key) {
        return ByteBuffer.wrap(key.getBytes(UTF_8));
    }

    @Override
    public ByteBuffer encodeValue(String value) {
        return encodeKey(value);
    }
}
