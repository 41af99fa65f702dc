package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static surprisal.engine.io.Given.assertSame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

class RoundTripLawsTest {
    /** Zeros, infinities, limits, subnormals, and NaNs with a payload: one quiet, one signalling. */
    private static final long[] SPECIAL = {0, 1L << 63, 0x7ffL << 52, 0xfffL << 52, 1, 0x7fefffffffffffffL,
        0x7ff8000000000123L, 0x7ff0000000000123L};
    private static final int[] SPECIAL32 = {0, 1 << 31, 0x7f800000, 0xff800000, 1, 0x7f7fffff, 0x7fc00123, 0x7f800123};

    private static Path folder;

    @BeforeContainer
    static void folder() throws IOException {
        folder = Files.createTempDirectory("surprisal");
    }

    @AfterContainer
    static void clean() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) Files.delete(file);
        }
        Files.delete(folder);
    }

    @Provide
    Arbitrary<Array> arrays() {
        Arbitrary<Shape> shapes = Arbitraries.of(1, 2, 3, 0, 17, 40).array(int[].class).ofMaxSize(4).map(Shape::of)
            .filter(s -> s.size() < 40_000);
        return shapes.flatMap(s -> Arbitraries.of(Precision.values()).flatMap(p -> Arbitraries.longs().map(seed ->
            bits(s, p, new Random(seed)))));
    }

    /** Any bits at all, some of them special. */
    private static Array bits(Shape shape, Precision precision, Random random) {
        Array a = Array.zeros(shape, precision);
        for (int i = 0; i < a.size(); i++) {
            boolean special = random.nextInt(4) == 0;
            int which = random.nextInt(SPECIAL.length);
            if (precision == Precision.FLOAT32) {
                a.floats()[i] = Float.intBitsToFloat(special ? SPECIAL32[which] : random.nextInt());
            } else {
                a.doubles()[i] = Double.longBitsToDouble(special ? SPECIAL[which] : random.nextLong());
            }
        }
        return a;
    }

    @Provide
    Arbitrary<Map<String, Array>> named() {
        Arbitrary<String> text = Arbitraries.strings().withChars("ab\"\\/\n\u0001ü€ ").ofMinLength(0).ofMaxLength(6);
        Arbitrary<String> names = Arbitraries.frequencyOf(Tuple.of(4, text),
            Tuple.of(1, Arbitraries.of("\ud83d\ude00", "\uffee", "a.b.c", "../a")));
        return Arbitraries.maps(names, arrays()).ofMaxSize(5);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void npyGivesBackTheBits(@ForAll("arrays") Array a) throws IOException {
        Path path = folder.resolve("a.npy");
        Npy.write(path, a);
        assertEquals(0, (Files.size(path) - Npy.bytes(a)) % 64);
        assertSame(a, Npy.read(path));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void npzGivesBackTheBits(@ForAll("named") Map<String, Array> arrays) throws IOException {
        Path path = folder.resolve("a.npz");
        Npz.write(path, arrays);
        Map<String, Array> back = Npz.read(path);
        assertEquals(List.copyOf(arrays.keySet()), List.copyOf(back.keySet()));
        arrays.forEach((name, a) -> assertSame(a, back.get(name)));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void safetensorsGivesBackTheBits(@ForAll("named") Map<String, Array> arrays) throws IOException {
        Path path = folder.resolve("a.safetensors");
        Map<String, String> metadata = new LinkedHashMap<>();
        arrays.forEach((name, a) -> metadata.put(name, name + a.shape()));
        Safetensors.write(path, arrays, metadata);
        Safetensors back = Safetensors.read(path);
        assertEquals(metadata, back.metadata());
        assertEquals(arrays.keySet(), back.tensors().keySet());
        arrays.forEach((name, a) -> assertSame(a, back.tensors().get(name)));
    }

    /** The order in which the caller's map has them is no part of the contents. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void safetensorsOfEqualContentsAreEqualBytes(@ForAll("named") Map<String, Array> arrays) throws IOException {
        List<String> names = new ArrayList<>(arrays.keySet());
        Collections.reverse(names);
        Map<String, Array> reversed = new LinkedHashMap<>();
        for (String name : names) reversed.put(name, arrays.get(name));
        Path path = folder.resolve("b.safetensors"), other = folder.resolve("c.safetensors");
        Safetensors.write(path, arrays, Map.of("a", "1", "b", "2", "c", "3"));
        Safetensors.write(other, reversed, Map.of("c", "3", "b", "2", "a", "1"));
        assertArrayEquals(Files.readAllBytes(path), Files.readAllBytes(other));
        assertEquals(0, (Files.size(path) - arrays.values().stream().mapToLong(Npy::bytes).sum()) % 8);
    }

    /** One and two bytes: all values; more: 65,536 spread over all that a double holds exactly. */
    @Example
    void everyTypeIsReadExactly() throws IOException {
        for (Dtype type : Dtype.values()) {
            for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
                int n = type.bytes == 1 ? 256 : 65536;
                ByteBuffer b = ByteBuffer.allocate(n * type.bytes).order(order);
                for (int i = 0; i < n; i++) {
                    switch (type.bytes) {
                        case 1 -> b.put((byte) i);
                        case 2 -> b.putShort((short) i);
                        case 4 -> b.putInt(i * 65537);
                        default -> b.putLong(type == Dtype.F64 ? i * 0x1000100010001L
                            : (type == Dtype.U64 ? i : i - 32768) * (1L << 37));
                    }
                }
                Array a = type.read(Source.of(b.array(), "x"), Shape.of(n), order);
                for (int i = 0; i < n; i++) {
                    double expected = switch (type) {
                        case I8 -> (byte) i;
                        case U8 -> i;
                        case BOOL -> i == 0 ? 0 : 1;
                        case I16 -> (short) i;
                        case U16 -> i;
                        case I32 -> i * 65537;
                        case U32 -> i * 65537L;
                        case I64 -> (i - 32768) * 0x1p37;
                        case U64 -> i * 0x1p37;
                        case F64 -> Double.longBitsToDouble(i * 0x1000100010001L);
                        case F32 -> Float.intBitsToFloat(i * 65537);
                        case BF16 -> Float.intBitsToFloat(i << 16);
                        case F16 -> half(i);
                    };
                    assertEquals(expected, a.at(i), type + " " + i);
                }
            }
        }
    }

    /** (−1)ˢ · 2^(e−15) · (1 + m/1024), by its definition (IEEE 754 binary16). */
    private static double half(int bits) {
        int e = bits >> 10 & 31, m = bits & 1023;
        double size = e == 31 ? m == 0 ? Double.POSITIVE_INFINITY : Double.NaN
            : e == 0 ? m * 0x1p-24 : (1024 + m) * Math.scalb(1., e - 25);
        return bits >> 15 == 0 ? size : -size;
    }
}
