package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import surprisal.engine.Array;
import surprisal.engine.Precision;

/** Files beside the tests, and what the tests say of bytes. */
final class Given {
    private Given() { }

    interface Reader<T> {
        T read(Source in) throws IOException;
    }

    static byte[] file(String name) throws IOException {
        try (InputStream in = Given.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    static <T> T read(Reader<T> reader, String name) throws IOException {
        return reader.read(Source.of(file(name), name));
    }

    /** Reads bytes that are no good: the message, and its offset is within the bytes. */
    static String refusal(Reader<?> reader, byte[] bytes) {
        FormatException e = assertThrows(FormatException.class, () -> reader.read(Source.of(bytes, "x")));
        assertTrue(e.offset() >= 0 && e.offset() <= bytes.length, e.getMessage());
        assertTrue(e.getMessage().startsWith("x") && e.getMessage().contains(" at byte " + e.offset() + ": "),
            e.getMessage());
        return e.getMessage();
    }

    static void assertRefused(String part, Reader<?> reader, byte[] bytes) {
        String text = refusal(reader, bytes);
        assertTrue(text.contains(part), () -> "expected «" + part + "» in: " + text);
    }

    /** Equal shapes, precisions and bits. */
    static void assertSame(Array expected, Array found) {
        assertEquals(expected.shape(), found.shape());
        assertEquals(expected.precision(), found.precision());
        assertArrayEquals(bits(expected), bits(found));
    }

    static long[] bits(Array a) {
        long[] bits = new long[a.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = a.precision() == Precision.FLOAT32 ? Float.floatToRawIntBits(a.floats()[i])
                : Double.doubleToRawLongBits(a.doubles()[i]);
        }
        return bits;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] join(byte[]... parts) {
        byte[] all = {};
        for (byte[] part : parts) {
            int n = all.length;
            all = Arrays.copyOf(all, n + part.length);
            System.arraycopy(part, 0, all, n, part.length);
        }
        return all;
    }

    /** A number in n bytes, lowest first. */
    static byte[] little(long value, int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) bytes[i] = (byte) (value >>> (8 * i));
        return bytes;
    }
}
