package surprisal.engine.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static surprisal.engine.Precision.FLOAT32;
import static surprisal.engine.Precision.FLOAT64;
import static surprisal.engine.io.Given.assertRefused;
import static surprisal.engine.io.Given.assertSame;
import static surprisal.engine.io.Given.bytes;
import static surprisal.engine.io.Given.file;
import static surprisal.engine.io.Given.join;
import static surprisal.engine.io.Given.little;
import static surprisal.engine.io.Given.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Shape;

class SafetensorsTest {
    private static final Given.Reader<Safetensors> READ = Safetensors::read;

    @TempDir
    Path folder;

    private static byte[] withHeader(String header, int dataBytes) {
        return join(little(header.length(), 8), bytes(header), new byte[dataBytes]);
    }

    private static String tensor(String dtype, String shape, long begin, long end) {
        return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end + "]}";
    }

    @Test
    void readsWhatTheReferenceWrote() throws IOException {
        Safetensors s = read(READ, "types.safetensors");
        assertEquals(Map.of("made by", "größe \"1\"\n\t\\ \u0001"), s.metadata());
        assertEquals(9, s.tensors().size());
        assertSame(NpyTest.numbers('f', FLOAT64), s.tensors().get("f64"));
        assertSame(NpyTest.numbers('f', FLOAT32), s.tensors().get("f32"));
        assertSame(NpyTest.numbers('f', FLOAT32), s.tensors().get("f16"));
        assertSame(NpyTest.numbers('i', FLOAT64), s.tensors().get("i64"));
        assertSame(NpyTest.numbers('i', FLOAT64), s.tensors().get("i32"));
        assertSame(NpyTest.numbers('u', FLOAT64), s.tensors().get("u8"));
        assertSame(NpyTest.numbers('b', FLOAT64), s.tensors().get("bool"));
        assertSame(Array.of(Shape.scalar(), new double[] {2.5}), s.tensors().get("scalar"));
        assertSame(Array.zeros(Shape.of(0, 3), FLOAT32), s.tensors().get("empty"));
        assertSame(NpyTest.numbers('f', FLOAT32), read(READ, "bfloat16.safetensors").tensors().get("bf16"));
        assertRefused("the tensor \"short\" has dtype \"I16\"; F64, F32, F16", READ, file("unread.safetensors"));
    }

    @Test
    void writesWhatTheReferenceWrites() throws IOException {
        Map<String, Array> tensors = new LinkedHashMap<>();
        Array cube = NpyTest.count(Shape.of(2, 3, 4), FLOAT32, 1);
        tensors.put("zeta", cube);
        tensors.put("alpha", NpyTest.count(Shape.of(3, 4), FLOAT32, 1));
        tensors.put("öl", NpyTest.count(Shape.of(5), FLOAT64, .25));
        tensors.put("beta", Array.of(Shape.scalar(), new double[] {2.5}));
        Path path = folder.resolve("floats.safetensors");
        Safetensors.write(path, tensors, Map.of("a\"b", "größe \\ \u0001\b\f\n\r\t/"));
        assertArrayEquals(file("floats.safetensors"), Files.readAllBytes(path));
        Safetensors back = Safetensors.read(path);
        assertEquals(List.of("beta", "öl", "alpha", "zeta"), List.copyOf(back.tensors().keySet()));
        assertSame(cube, back.tensors().get("zeta"));
    }

    @Test
    void anEmptyFileOfTheFormatIsLegal() throws IOException {
        Path path = folder.resolve("none.safetensors");
        Safetensors.write(path, Map.of(), Map.of());
        assertEquals("{}      ", new String(Files.readAllBytes(path), 8, 8, UTF_8));
        assertEquals(new Safetensors(new LinkedHashMap<>(), Map.of()), Safetensors.read(path));
    }

    @Test
    void theLengthOfTheHeaderIsBounded() {
        assertRefused("truncated", READ, new byte[7]);
        assertRefused("claims 1 bytes", READ, join(little(1, 8), bytes("{}")));
        assertRefused("claims 18446744073709551615 bytes", READ, join(little(-1, 8), bytes("{}")));
        assertRefused("claims 100000001 bytes; from 2 to 100000000 are possible", READ,
            join(little(100_000_001, 8), bytes("{}")));
        assertRefused("claims 4294967296 bytes", READ, join(little(1L << 32, 8), bytes("{}")));
        assertRefused("claims 99000000 bytes, the file has 2 more", READ, join(little(99_000_000, 8), bytes("{}")));
    }

    @Test
    void theHeaderIsStrictUtf8AndStrictJson() {
        assertRefused("at byte 10: the header is not UTF-8", READ, withHeader("{\"\u00ff\":0}", 0));
        assertRefused("not with {", READ, withHeader(" {}", 0));
        assertRefused("after the JSON", READ, withHeader("{}x", 0));
        assertRefused("expected , or }", READ, withHeader("{\"__metadata__\":{}x", 0));
        assertRefused("expected \" of a string, found }", READ, withHeader("{\"__metadata__\":{},}", 0));
        assertRefused("expected \" of a string, found 1", READ, withHeader("{\"__metadata__\":{\"a\":1}}", 0));
        assertRefused("control character", READ, withHeader("{\"a\nb\":{}}", 0));
        assertRefused("unknown escape", READ, withHeader("{\"\\x\":{}}", 0));
        assertRefused("half a surrogate pair", READ, withHeader("{\"\\ud800\":{}}", 0));
        assertRefused("half a surrogate pair", READ, withHeader("{\"\\udc00\":{}}", 0));
        assertRefused("has no end", READ, withHeader("{\"abc", 0));
        assertRefused("hexadecimal", READ, withHeader("{\"\\u12", 0));
        assertRefused("expected { of an object, found [", READ, withHeader("{\"a\":" + "[".repeat(1_000_000), 0));
        assertRefused("expected \" of a string, found {", READ, withHeader("{".repeat(1_000_000), 0));
        assertRefused("expected \" of a string, found {", READ,
            withHeader("{\"__metadata__\":{\"a\":" + "{\"a\":".repeat(100_000), 0));
        assertRefused("expected a natural number, found [", READ,
            withHeader("{\"a\":{\"dtype\":\"U8\",\"shape\":" + "[".repeat(1_000_000), 0));
    }

    @Test
    void duplicatesAndOtherFieldsAreRefused() {
        String t = "\"t\":" + tensor("U8", "[]", 0, 1);
        assertRefused("names the tensor \"t\" twice", READ, withHeader("{" + t + "," + t + "}", 1));
        assertRefused("names the tensor \"t\" twice", READ, withHeader("{" + t + "," + t.replace("\"t\"", "\"\\u0074\"")
            + "}", 1));
        assertRefused("__metadata__ twice", READ, withHeader("{\"__metadata__\":{},\"__metadata__\":{}}", 0));
        assertRefused("the metadata has \"a\" twice", READ,
            withHeader("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0));
        assertRefused("has dtype twice", READ, withHeader("{\"t\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0));
        assertRefused("has a field \"more\"", READ, withHeader("{\"t\":{\"more\":1}}", 0));
        assertRefused("has no shape", READ, withHeader("{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1));
    }

    @Test
    void tensorsFillTheFileWithoutHoleOrOverlap() {
        String a = "{\"a\":" + tensor("U8", "[4]", 0, 4) + ",\"b\":";
        assertRefused("overlaps the one before it", READ, withHeader(a + tensor("U8", "[4]", 2, 6) + "}", 6));
        assertRefused("overlaps the one before it", READ, withHeader(a + tensor("U8", "[4]", 0, 4) + "}", 4));
        assertRefused("hole before it", READ, withHeader(a + tensor("U8", "[4]", 5, 9) + "}", 9));
        assertRefused("hole before it", READ, withHeader("{\"a\":" + tensor("U8", "[4]", 1, 5) + "}", 5));
        assertRefused("says 4 bytes of data, the file has 3; it is truncated", READ,
            withHeader("{\"a\":" + tensor("U8", "[4]", 0, 4) + "}", 3));
        assertRefused("says 4 bytes of data, the file has 5", READ,
            withHeader("{\"a\":" + tensor("U8", "[4]", 0, 4) + "}", 5));
        assertRefused("says 0 bytes of data, the file has 5", READ, withHeader("{}", 5));
        assertRefused("U8 [4], needs 4 bytes, its data_offsets [0, 5] span 5", READ,
            withHeader("{\"a\":" + tensor("U8", "[4]", 0, 5) + "}", 5));
        assertRefused("data_offsets of \"a\" are [4, 0]", READ,
            withHeader("{\"a\":" + tensor("U8", "[4]", 4, 0) + "}", 4));
    }

    @Test
    void hugeClaimsAreRefusedBeforeMemoryIsTaken() {
        assertRefused("has more than 2147483639 elements", READ,
            withHeader("{\"a\":" + tensor("F32", "[65536,65536,65536,65536]", 0, 0) + "}", 0));
        assertRefused("has an axis of 4294967296", READ,
            withHeader("{\"a\":" + tensor("F32", "[4294967296]", 0, 0) + "}", 0));
        assertRefused("above 2⁶³ − 1", READ,
            withHeader("{\"a\":" + tensor("F32", "[9223372036854775808]", 0, 0) + "}", 0));
        assertRefused("says 4294967296 bytes of data, the file has 8", READ,
            withHeader("{\"a\":" + tensor("F32", "[1073741824]", 0, 1L << 32) + "}", 8));
        assertRefused("expected a natural number", READ, withHeader("{\"a\":" + tensor("F32", "[-1]", 0, 0) + "}", 0));
        assertRefused("without fraction", READ, withHeader("{\"a\":" + tensor("F32", "[1.0]", 0, 4) + "}", 4));
        assertRefused("without fraction", READ, withHeader("{\"a\":" + tensor("F32", "[1e9]", 0, 4) + "}", 4));
        assertRefused("starts with 0", READ, withHeader("{\"a\":" + tensor("F32", "[01]", 0, 4) + "}", 4));
    }

    @Test
    void whatTheFormatCannotHoldIsNotWritten() {
        Map<String, Array> reserved = Map.of("__metadata__", Array.zeros(Shape.scalar(), FLOAT32));
        Path path = folder.resolve("x.safetensors");
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, reserved, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, Map.of(), Map.of("a", "\udc00")));
    }
}
