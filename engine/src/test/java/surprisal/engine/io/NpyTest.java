package surprisal.engine.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.engine.Precision.FLOAT32;
import static surprisal.engine.Precision.FLOAT64;
import static surprisal.engine.io.Given.assertRefused;
import static surprisal.engine.io.Given.assertSame;
import static surprisal.engine.io.Given.bytes;
import static surprisal.engine.io.Given.file;
import static surprisal.engine.io.Given.join;
import static surprisal.engine.io.Given.little;
import static surprisal.engine.io.Given.read;
import static surprisal.engine.io.Given.refusal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

class NpyTest {
    @TempDir
    Path folder;

    /** [2, 3] as the script beside the files makes it: half numbers, signed, unsigned or 0, 1, 0 … */
    static Array numbers(char kind, Precision precision) {
        Array a = Array.zeros(Shape.of(2, 3), precision);
        for (int i = 0; i < 6; i++) {
            a.set(i, switch (kind) {
                case 'f' -> (i - 2) / 2.;
                case 'i' -> i - 2;
                case 'b' -> i % 2;
                default -> i;
            });
        }
        return a;
    }

    static Array count(Shape shape, Precision precision, double step) {
        Array a = Array.zeros(shape, precision);
        for (int i = 0; i < a.size(); i++) a.set(i, i * step);
        return a;
    }

    static byte[] npy(String header, int dataBytes) {
        return join(bytes("\u0093NUMPY\1\0"), little(header.length(), 2), bytes(header), new byte[dataBytes]);
    }

    static String header(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    }

    @Test
    void readsWhatNumPyWrote() throws IOException {
        for (String name : new String[] {"f2-little", "f4-little", "f8-little", "f2-big", "f4-big", "f8-big", "i1-byte",
            "i2-little", "i4-little", "i8-little", "i2-big", "i4-big", "i8-big", "u1-byte", "u2-little", "u4-little",
            "u8-little", "u2-big", "b1-byte"}) {
            Precision precision = name.startsWith("f2") || name.startsWith("f4") ? FLOAT32 : FLOAT64;
            assertSame(numbers(name.charAt(0), precision), read(Npy::read, name + ".npy"));
        }
        for (int v = 1; v <= 3; v++) assertSame(numbers('f', FLOAT32), read(Npy::read, "version" + v + ".npy"));
        Array cube = count(Shape.of(2, 3, 4), FLOAT32, 1);
        assertSame(cube, read(Npy::read, "c-order.npy"));
        assertSame(cube, read(Npy::read, "fortran-order.npy"));
        assertTrue(new String(file("fortran-order.npy"), 0, 80, ISO_8859_1).contains("'fortran_order': True"));
        assertSame(Array.of(Shape.scalar(), new double[] {2.5}), read(Npy::read, "scalar.npy"));
        assertSame(Array.zeros(Shape.of(0, 3), FLOAT32), read(Npy::read, "empty.npy"));
        assertSame(special(), read(Npy::read, "special.npy"));
        float[] signalling = {Float.intBitsToFloat(0x7f800123), Float.intBitsToFloat(1), Float.intBitsToFloat(2),
            Float.intBitsToFloat(3)};
        assertSame(Array.of(Shape.of(2, 2), signalling), read(Npy::read, "signalling.npy"));
        assertEquals("[9.0072E+15, -9.0072E+15]", read(Npy::read, "limit.npy").toString());
    }

    private static Array special() {
        int[] bits = {0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fc00123, 1, 0x7f7fffff};
        float[] f = new float[bits.length];
        for (int i = 0; i < f.length; i++) f[i] = Float.intBitsToFloat(bits[i]);
        return Array.of(Shape.of(f.length), f);
    }

    @Test
    void writesWhatNumPyWrites() throws IOException {
        for (String name : new String[] {"f4-little", "f8-little", "c-order", "scalar", "empty", "vector", "special",
            "version1", "boundary"}) {
            Path path = folder.resolve(name + ".npy");
            Npy.write(path, read(Npy::read, name + ".npy"));
            assertArrayEquals(file(name + ".npy"), Files.readAllBytes(path), name);
        }
    }

    /** In Fortran order, each number would wait for a walk along the axes before its own. */
    @Test
    void moreAxesThanNumPyHasAreRefused() throws IOException {
        String shape = "(" + "1,".repeat(61) + "2,1,3)";
        assertEquals(64, Npy.read(Source.of(npy(fortran(shape), 24), "x")).shape().rank());
        assertEquals("x at byte 59: the shape has more than 64 axes, the most that NumPy has",
            refusal(Npy::read, npy(fortran("(1," + shape.substring(1)), 24)));
        int[] dims = new int[65];
        Arrays.fill(dims, 1);
        Array a = Array.of(Shape.of(dims), new double[] {3});
        Path path = folder.resolve("long.npy");
        assertEquals("an array of 65 axes: an .npy file holds 64 or fewer, as NumPy does; reshape it",
            assertThrows(IllegalArgumentException.class, () -> Npy.write(path, a)).getMessage());
        assertTrue(Files.notExists(path));
    }

    private static String fortran(String shape) {
        return header("<f4", shape).replace("False", "True");
    }

    @Test
    void integersThatADoubleCannotHoldAreRefused() throws IOException {
        assertRefused("the integer 9007199254740993 is beyond ±2⁵³", Npy::read, file("beyond.npy"));
        assertRefused("at byte 136: ", Npy::read, file("beyond.npy"));
    }

    @Test
    void whatIsNoPlainNumberIsRefused() throws IOException {
        assertRefused("as a pickle, which can run code", Npy::read, file("object.npy"));
        assertRefused("dtype '<c16' is not read", Npy::read, file("complex.npy"));
        assertRefused("dtype '<U4' is not read", Npy::read, file("text.npy"));
        assertRefused("has named fields", Npy::read, file("fields.npy"));
    }

    @Test
    void dataHaveToFillTheFile() {
        assertEquals("x at byte 10: the header says shape [3, 4], that needs 48 bytes of data, the file has 40; it is "
            + "truncated", refusal(Npy::read, npy(header("<f4", "(3, 4)"), 40)));
        assertRefused("needs 48 bytes of data, the file has 56", Npy::read, npy(header("<f4", "(3, 4)"), 56));
    }

    @Test
    void hugeClaimsAreRefusedBeforeMemoryIsTaken() {
        assertRefused("needs 8589934556 bytes", Npy::read, npy(header("<f4", "(2147483639, 1)"), 4));
        assertRefused("[65536, 65536, 65536, 65536] has more than 2147483639 elements", Npy::read,
            npy(header("<f4", "(65536, 65536, 65536, 65536)"), 0));
        assertRefused("a length in the shape is above 2147483647", Npy::read, npy(header("<f4", "(2147483648,)"), 0));
        assertRefused("a length in the shape is above", Npy::read, npy(header("<f4", "(" + "9".repeat(99) + ",)"), 0));
        assertRefused("the header claims 4294967295 bytes", Npy::read,
            join(bytes("\u0093NUMPY\2\0"), little(-1, 4), new byte[99]));
        assertRefused("the header claims 1000000 bytes, the file has 99 more", Npy::read,
            join(bytes("\u0093NUMPY\3\0"), little(1_000_000, 4), new byte[99]));
    }

    @Test
    void theHeaderIsReadStrictly() throws IOException {
        String shape = ", 'fortran_order': False, 'shape': (1,)";
        byte[] unusual = npy("{\"shape\":(1L,),\"descr\":\"=f4\",'fortran_order':False}", 4);
        assertEquals("[0]", Npy.read(Source.of(unusual, "x")).toString());
        assertRefused("the key 'descr' twice", Npy::read, npy("{'descr': '<f4', 'descr': '<f4'" + shape + "}", 4));
        assertRefused("a key 'more'", Npy::read, npy("{'more': 1, 'descr': '<f4'" + shape + "}", 4));
        assertRefused("no key 'descr'", Npy::read, npy("{" + shape.substring(2) + "}", 4));
        assertRefused("no tuple", Npy::read, npy(header("<f4", "(1)"), 4));
        assertRefused("expected a length", Npy::read, npy(header("<f4", "(-1,)"), 4));
        assertRefused("expected a length", Npy::read, npy(header("<f4", "(,)"), 4));
        assertRefused("starts with 0", Npy::read, npy(header("<f4", "(01,)"), 4));
        assertRefused("expected a length in the shape, found (", Npy::read, npy(header("<f4", "((((((((((1,"), 4));
        assertRefused("expected a string", Npy::read, npy("{{{{{{{{{{{{", 4));
        assertRefused("plain string", Npy::read, npy("{'des\\x63r': '<f4'" + shape + "}", 4));
        assertRefused("after the header's dict", Npy::read, npy(header("<f4", "(1,)") + " + 1", 4));
        assertRefused("True or False", Npy::read, npy("{'fortran_order': 0", 4));
        assertRefused("a string of 1000 bytes in the header is too long", Npy::read,
            npy("{'" + "d".repeat(1000) + "'", 4));
        assertRefused("version 4.0", Npy::read, join(bytes("\u0093NUMPY\4\0"), new byte[99]));
        assertRefused("magic string", Npy::read, bytes("not a NumPy file"));
        assertRefused("truncated", Npy::read, new byte[0]);
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        Path path = folder.resolve("none.npy");
        assertTrue(assertThrows(NoSuchFileException.class, () -> Npy.read(path)).getMessage()
            .startsWith(path + ": there is no such file"));
        assertTrue(assertThrows(IOException.class, () -> Npy.read(folder)).getMessage().contains("not a regular file"));
    }
}
