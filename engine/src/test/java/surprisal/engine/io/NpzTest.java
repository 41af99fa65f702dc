package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static surprisal.engine.Precision.FLOAT32;
import static surprisal.engine.Precision.FLOAT64;
import static surprisal.engine.io.Given.assertRefused;
import static surprisal.engine.io.Given.assertSame;
import static surprisal.engine.io.Given.bytes;
import static surprisal.engine.io.Given.file;
import static surprisal.engine.io.Given.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Shape;

class NpzTest {
    private static final Given.Reader<Map<String, Array>> NPZ = in -> Npz.read(in, Npz.UNPACKED);

    @TempDir
    Path folder;

    private static Map<String, Array> named() {
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("weight", NpyTest.count(Shape.of(2, 3, 4), FLOAT32, 1));
        arrays.put("bias", Array.of(Shape.scalar(), new double[] {2.5}));
        arrays.put("größe", NpyTest.count(Shape.of(5), FLOAT64, .25));
        arrays.put("empty", Array.zeros(Shape.of(0, 3), FLOAT32));
        return arrays;
    }

    private static void assertEqual(Map<String, Array> expected, Map<String, Array> found) {
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(found.keySet()));
        expected.forEach((name, array) -> assertSame(array, found.get(name)));
    }

    /** An archive as {@code java.util.zip} writes it: with data descriptors after the members. */
    private static byte[] zip(int zeros, String... names) throws IOException {
        return zip(Npy.header(Array.zeros(Shape.of(zeros / 8), FLOAT64)), zeros, names);
    }

    private static byte[] zip(byte[] header, int zeros, String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(header);
                byte[] block = new byte[1 << 16];
                for (int done = 0; done < zeros; done += block.length) {
                    zip.write(block, 0, Math.min(block.length, zeros - done));
                }
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void readsWhatNumPyWrote() throws IOException {
        assertEqual(named(), read(NPZ, "stored.npz"));
        assertEqual(named(), read(NPZ, "deflated.npz"));
        assertSame(Array.zeros(Shape.of(1_000_000), FLOAT64), read(NPZ, "zeros.npz").get("zeros"));
        assertEquals(2, NPZ.read(Source.of(zip(80, "a.npy", "b.npy"), "java")).size());
    }

    @Test
    void writesWhatNumPyWrites() throws IOException {
        Path path = folder.resolve("a.npz");
        Npz.write(path, named());
        assertArrayEquals(file("stored.npz"), Files.readAllBytes(path));
        assertEqual(named(), Npz.read(path));
    }

    @Test
    void manyMembersNeedZip64() throws IOException {
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (int i = 0; i < 70_000; i++) arrays.put("a" + i, Array.of(Shape.scalar(), new float[] {i}));
        Path path = folder.resolve("many.npz");
        Npz.write(path, arrays);
        assertEqual(arrays, Npz.read(path));
    }

    @Test
    void aZipBombIsRefusedUnlessAllowed() throws IOException {
        byte[] bomb = zip(1 << 20, "a.npy", "b.npy", "c.npy", "d.npy", "e.npy");   // 5 kB hold 5 MiB
        assertEquals(5, Npz.read(Source.of(bomb, "bomb"), 5 << 20).size());
        for (String part : new String[] {" (e.npy) at byte ", ": shape [131072] takes 1048576 bytes of memory, the packed "
            + "data may take 1048575 more; if that is meant, allow more with Npz.read(path, bytes)"}) {
            assertRefused(part, in -> Npz.read(in, (5 << 20) - 1), bomb);
        }
    }

    /** A byte of the file is a double in memory. */
    @Test
    void whatCountsIsTheMemory() throws IOException {
        byte[] bytes = zip(NpyTest.npy(NpyTest.header("|u1", "(1000000,)"), 0), 1_000_000, "a.npy");
        assertEquals(1, Npz.read(Source.of(bytes, "x"), 8_000_000).size());
        assertRefused("shape [1000000] takes 8000000 bytes of memory, the packed data may take 7999999 more;",
            in -> Npz.read(in, 7_999_999), bytes);
        byte[] bomb = zip(NpyTest.npy(NpyTest.header("|u1", "(33554433,)"), 0), 33_554_433, "a.npy");
        assertRefused("takes 268435464 bytes of memory, the packed data may take 268435456 more;", NPZ, bomb);
    }

    @Test
    void aMemberThatUnpacksToMoreThanItSaysIsRefused() throws IOException {
        byte[] zip = zip(8000, "a.npy");
        int entry = find(zip, 0x02014b50);
        put(zip, entry + 24, 4000);
        assertRefused("", NPZ, zip);
        put(zip, entry + 24, 16000);
        assertRefused("", NPZ, zip);
        put(zip, entry + 24, 100_000_000);
        assertRefused("cannot be", NPZ, zip);
    }

    @Test
    void membersThatShareBytesAreRefused() throws IOException {
        byte[] zip = zip(8000, "a.npy", "b.npy");
        int first = find(zip, 0x02014b50), second = first + 46 + 5;
        System.arraycopy(zip, first, zip, second, 46 + 5);   // the second entry is now the first again
        assertRefused("two members have the name 'a.npy'", NPZ, zip);
        zip[second + 46] = 'b';                              // now it only has its data
        assertRefused("the directory says 'b.npy'", NPZ, zip);
        byte[] stored = file("stored.npz");
        int size = find(stored, 0x02014b50) + 20;   // the first member grows into the next
        put(stored, size, 400);
        put(stored, size + 4, 400);
        assertRefused("overlaps", NPZ, stored);
        byte[] beyond = zip(80, "a.npy");
        int last = find(beyond, 0x02014b50) + 20;    // the last member grows into the directory
        put(beyond, last, 400);
        assertRefused("says 400 bytes, there are", NPZ, beyond);
    }

    @Test
    void damageIsSeenByTheChecksum() throws IOException {
        byte[] zip = file("stored.npz");
        zip[30 + 10 + 20 + 128 + 5] ^= 1;   // in the numbers of the first member
        assertRefused("x (weight.npy) at byte ", NPZ, zip);
        assertRefused("they are damaged", NPZ, zip);
    }

    @Test
    void otherArchivesAreRefused() throws IOException {
        assertRefused("not an .npz file", NPZ, new byte[0]);
        assertRefused("not an .npz file", NPZ, bytes("PK\3\4 and no more"));
        assertRefused("the member 'readme.txt' is not an .npy file", NPZ, zip(0, "readme.txt"));
        byte[] zip = zip(80, "a.npy");
        zip[find(zip, 0x02014b50) + 8] |= 1;
        assertRefused("is encrypted", NPZ, zip);
        byte[] method = zip(80, "a.npy");
        method[find(method, 0x02014b50) + 10] = 14;
        assertRefused("packed by method 14", NPZ, method);
        byte[] count = zip(80, "a.npy");
        count[count.length - 12] = count[count.length - 14] = 99;
        assertRefused("claims 99 members", NPZ, count);
        assertThrows(IllegalArgumentException.class, () -> Npz.write(folder.resolve("x"), Map.of("\ud800",
            Array.zeros(Shape.scalar(), FLOAT32))));
    }

    private static int find(byte[] zip, int signature) {
        for (int i = 0; ; i++) {
            if (Arrays.equals(zip, i, i + 4, Given.little(signature, 4), 0, 4)) return i;
        }
    }

    private static void put(byte[] zip, int at, int value) {
        System.arraycopy(Given.little(value, 4), 0, zip, at, 4);
    }
}
