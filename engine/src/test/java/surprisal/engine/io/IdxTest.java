package surprisal.engine.io;

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
import static surprisal.engine.io.Given.read;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Shape;

class IdxTest {
    private static final Given.Reader<Array> READ = Idx::read;

    @TempDir
    Path folder;

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream z = new GZIPOutputStream(packed)) {
            z.write(bytes);
        }
        return packed.toByteArray();
    }

    /** Unsigned bytes 0, 1, … of shape [n, 28]. */
    private static byte[] pictures(int n) {
        byte[] b = Arrays.copyOf(new byte[] {0, 0, 8, 2, 0, 0, (byte) (n >> 8), (byte) n, 0, 0, 0, 28}, 12 + 28 * n);
        for (int i = 12; i < b.length; i++) b[i] = (byte) (i - 12);
        return b;
    }

    @Test
    void readsEveryType() throws IOException {
        assertSame(NpyTest.numbers('u', FLOAT32), read(READ, "u1.idx"));
        assertSame(NpyTest.numbers('i', FLOAT32), read(READ, "i1.idx"));
        assertSame(NpyTest.numbers('i', FLOAT32), read(READ, "i2.idx"));
        assertSame(NpyTest.numbers('i', FLOAT64), read(READ, "i4.idx"));
        assertSame(NpyTest.numbers('f', FLOAT32), read(READ, "f4.idx"));
        assertSame(NpyTest.numbers('f', FLOAT64), read(READ, "f8.idx"));
    }

    @Test
    void gzipIsSeenByItsBytes() throws IOException {
        assertSame(NpyTest.numbers('u', FLOAT32), read(READ, "u1.idx.gz"));
        assertSame(NpyTest.numbers('f', FLOAT32), read(READ, "named.gz"));
        Path path = folder.resolve("no-ending");
        Files.write(path, gzip(pictures(300)));
        Array a = Idx.read(path);
        assertEquals(Shape.of(300, 28), a.shape());
        for (int i = 0; i < a.size(); i++) assertEquals(i & 0xff, a.at(i));
    }

    @Test
    void bytesAndStreamsAreTheSameNumbers() throws IOException {
        for (byte[] file : new byte[][] {pictures(3000), gzip(pictures(3000)), pictures(0), gzip(pictures(0))}) {
            Path path = folder.resolve("pictures");
            Files.write(path, file);
            Array a = Idx.read(path);
            assertSame(a, Idx.read(new ByteArrayInputStream(file), "resource"));
            Idx.Bytes b = Idx.readBytes(path);
            assertEquals(a.shape(), b.shape());
            for (int i = 0; i < a.size(); i++) assertEquals(a.at(i), b.data()[i] & 0xff);
            assertArrayEquals(b.data(), Idx.readBytes(new ByteArrayInputStream(file), "resource").data());
        }
        Path floats = Files.write(folder.resolve("floats"), file("f4.idx"));
        assertEquals(floats + " at byte 10: expected unsigned bytes (type 8), found F32: use Idx.read",
            assertThrows(FormatException.class, () -> Idx.readBytes(floats)).getMessage());
    }

    @Test
    void dataHaveToFillTheFile() throws IOException {
        byte[] whole = pictures(10), packed = gzip(whole);
        for (int n = 0; n < whole.length; n++) assertRefused("truncated", READ, Arrays.copyOf(whole, n));
        for (int n = 0; n < packed.length; n++) assertRefused("truncated", READ, Arrays.copyOf(packed, n));
        assertRefused("needs 280 bytes of data, the file has 281", READ, Arrays.copyOf(whole, whole.length + 1));
        assertRefused("1 bytes follow", READ, Arrays.copyOf(packed, packed.length + 1));
        assertRefused("there is more", READ, gzip(Arrays.copyOf(whole, whole.length + 1)));
        assertRefused("truncated", READ, gzip(Arrays.copyOf(whole, whole.length - 1)));
        assertRefused("follow", READ, join(packed, packed));
    }

    /** What is packed may take 256 MiB, or 64 times its file; a header that claims more is not believed. */
    @Test
    void aGzipBombIsRefused() throws IOException {
        Path path = folder.resolve("bomb.gz");
        Files.write(path, gzip(claim(Integer.MAX_VALUE - 8, new byte[100])));
        String rest = " bytes of memory, the packed data may take 268435456 more; if that is meant, unpack the file "
            + "first, with gunzip";
        String said = assertThrows(FormatException.class, () -> Idx.readBytes(path)).getMessage();
        assertTrue(said.startsWith(path + " at byte "), said);
        assertTrue(said.endsWith(": shape [2147483639] takes 2147483639" + rest), said);
        assertRefused("shape [67108865] takes 268435460" + rest, READ, gzip(claim((1 << 26) + 1, new byte[100])));
        assertRefused("truncated", READ, gzip(claim(1 << 26, new byte[100])));
        byte[] noise = new byte[5 << 20];
        new Random(1).nextBytes(noise);
        int allowed = 16 * gzip(claim(0, noise)).length;   // floats
        assertRefused("truncated", READ, gzip(claim(allowed - 1000, noise)));
        assertRefused("bytes of memory, the packed data may take ", READ, gzip(claim(allowed + 1000, noise)));
    }

    private static byte[] claim(int n, byte[] data) {
        return join(new byte[] {0, 0, 8, 1}, ByteBuffer.allocate(4).putInt(n).array(), data);
    }

    @Test
    void damageIsSeenByTheChecksum() throws IOException {
        byte[] packed = gzip(pictures(10));
        packed[packed.length - 5] ^= 1;
        assertRefused("they are damaged", READ, packed);
        byte[] size = gzip(pictures(10));
        size[size.length - 1] ^= 1;
        assertRefused("they are damaged", READ, size);
    }

    @Test
    void otherFilesAreRefused() {
        assertRefused("expected two zero bytes", READ, bytes("PK\3\4"));
        assertRefused("neither an IDX file nor a gzip file", READ, bytes("\u001f\u008c\u0008\0\0\0\0\0\0\0"));
        assertRefused("the type 10 is unknown", READ, new byte[] {0, 0, 10, 0, 0});
        assertRefused("axis 0 has length 4294967295", READ, new byte[] {0, 0, 8, 1, -1, -1, -1, -1});
        assertRefused("has more than 2147483639 elements", READ,
            new byte[] {0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0});
        assertRefused("needs 2147418112 bytes of data, the file has 0", READ,
            new byte[] {0, 0, 8, 2, 0, 0, 127, -1, 0, 1, 0, 0});
    }
}
