package surprisal.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.FormatException;
import surprisal.engine.io.Idx;
import surprisal.engine.io.Npy;

class FilesTest {

    @TempDir
    private Path folder;

    private Path idx(String name, int n, int rows, int columns) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(16 + n * rows * columns).putInt(0x0803).putInt(n).putInt(rows).putInt(columns);
        for (int i = 0; i < n * rows * columns; i++) file.put((byte) (7 * i + n));
        return Files.write(folder.resolve(name), file.array());
    }

    /** What is mapped is what the readers of whole files read, whichever pictures are asked for, across files. */
    @Test
    void mappedPicturesAreThoseOfTheFiles() throws IOException {
        Path a = idx("a", 5, 3, 4), b = idx("b", 2, 3, 4);
        Path c = folder.resolve("c.npy");
        Npy.write(c, new Rng(1).uniform(Shape.of(3, 3, 4), Precision.FLOAT32));
        Array[] whole = {Idx.read(a), Idx.read(b), Npy.read(c)};
        ImageFiles files = ImageFiles.open(a, b, c);
        assertEquals(10, files.count());
        assertEquals(Shape.of(3, 4), files.shape());
        Tensor taken = files.take(9, 0, 4, 5, 6, 7, 0);
        int[][] at = {{2, 2}, {0, 0}, {0, 4}, {1, 0}, {1, 1}, {2, 0}, {0, 0}};
        for (int i = 0; i < at.length; i++) {
            for (int k = 0; k < 12; k++) {
                double number = whole[at[i][0]].at(at[i][1] * 12 + k);
                assertEquals((float) (at[i][0] < 2 ? (float) number / 255f : number), (float) taken.at(i * 12 + k));
            }
        }
        assertEquals("picture 10: there are 0 to 9",
                assertThrows(IllegalArgumentException.class, () -> files.take(10)).getMessage());
    }

    /** A set of three gigabytes on a disk that has not got them: the file is sparse, and only one picture of it is read. */
    @Test
    void aSetMayBeLargerThanTheMemory() throws IOException {
        int n = 3_000_000, pixels = 1024;
        Path file = folder.resolve("large");
        try (var out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.allocate(16).putInt(0x0803).putInt(n).putInt(32).putInt(32).flip());
            out.write(ByteBuffer.wrap(new byte[] {51}), 16L + (long) n * pixels - 1);
        }
        ImageFiles files = ImageFiles.open(file);
        assertEquals(n, files.count());
        Tensor last = files.take(n - 1);
        assertEquals(0.2f, (float) last.at(pixels - 1));
        assertEquals(0, last.at(0));
    }

    @Test
    void filesThatAreNoPicturesOrNotOfOneSizeAreNamed() throws IOException {
        Path a = idx("a", 5, 3, 4), b = idx("b", 2, 4, 4);
        String said = assertThrows(IllegalArgumentException.class, () -> ImageFiles.open(a, b)).getMessage();
        assertEquals("the pictures of %s have the shape [3, 4], those of %s [4, 4]: a set has one size".formatted(a, b), said);
        byte[] whole = Files.readAllBytes(a);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 1));
        assertTrue(assertThrows(FormatException.class, () -> ImageFiles.open(cut)).getMessage()
                .contains("has 75 bytes, its header says 76"));
        Path packed = Files.write(folder.resolve("packed"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0});
        assertTrue(assertThrows(FormatException.class, () -> ImageFiles.open(packed)).getMessage().contains("gunzip"));
        Path labels = Files.write(folder.resolve("labels"), ByteBuffer.allocate(10).putInt(0x0801).putInt(2).array());
        assertTrue(assertThrows(FormatException.class, () -> ImageFiles.open(labels)).getMessage().contains("holds no pictures"));
        Path text = Files.writeString(folder.resolve("text"), "not pictures at all");
        assertTrue(assertThrows(FormatException.class, () -> ImageFiles.open(text)).getMessage().contains("neither an IDX nor"));
        Path doubles = folder.resolve("doubles.npy");
        Npy.write(doubles, Array.zeros(Shape.of(2, 3), Precision.FLOAT64));
        assertTrue(assertThrows(FormatException.class, () -> ImageFiles.open(doubles)).getMessage().contains("of type <f8"));
        assertThrows(IllegalArgumentException.class, ImageFiles::open);
    }

    private static Iterator<Tensor> batches(long seed, int n) {
        Rng rng = new Rng(seed);
        return IntStream.range(0, n).mapToObj(i -> Tensor.of(rng.normal(Shape.of(1 + i % 3, 40_000), Precision.FLOAT32))).iterator();
    }

    /** Made ahead or when they are wanted, slowly or quickly, batches have the same bits in the same order. */
    @Test
    void whatIsMadeAheadIsTheSame() {
        for (int ahead : new int[] {1, 3, 100}) {
            List<Tensor> plain = new ArrayList<>(), ahead1 = new ArrayList<>();
            batches(5, 20).forEachRemaining(plain::add);
            try (Prefetch<Tensor> made = new Prefetch<>(ahead, batches(5, 20))) {
                made.forEachRemaining(ahead1::add);
                assertFalse(made.hasNext());
                assertThrows(NoSuchElementException.class, made::next);
            }
            assertEquals(20, ahead1.size());
            for (int i = 0; i < 20; i++) assertArrayEquals(plain.get(i).array().floats(), ahead1.get(i).array().floats());
        }
    }

    /** A source without an end is asked for no more than the queue and the hands hold, and closing ends it. */
    @Test
    void theQueueIsBoundedAndClosingEndsIt() throws InterruptedException {
        var asked = new AtomicInteger();
        Iterator<Integer> endless = IntStream.generate(asked::incrementAndGet).iterator();
        Prefetch<Integer> made = new Prefetch<>(4, endless);
        assertEquals(1, made.next());
        assertEquals(2, made.next());
        Thread.sleep(50);
        int most = asked.get();
        made.close();
        assertTrue(most <= 2 + 4 + 2, "asked for " + most);
        int after = asked.get();
        Thread.sleep(20);
        assertEquals(after, asked.get());
        assertThrows(IllegalArgumentException.class, () -> new Prefetch<>(0, endless));
    }

    @Test
    void whatTheSourceThrowsIsThrownWhereItIsUsed() {
        Iterator<Integer> bad = IntStream.range(0, 5).map(i -> 6 / (2 - i)).iterator();
        try (Prefetch<Integer> made = new Prefetch<>(2, bad)) {
            assertEquals(3, made.next());
            assertEquals(6, made.next());
            assertEquals("/ by zero", assertThrows(ArithmeticException.class, made::next).getMessage());
            assertEquals("/ by zero", assertThrows(ArithmeticException.class, made::next).getMessage());
        }
    }

    /** Fixed is fixed in any order and company; dynamic is new each time; both have the greys as their means. */
    @Test
    void greysBecomeBlackAndWhite() {
        Batches greys = new Batches(new Rng(3).uniform(Shape.of(6, 5_000), Precision.FLOAT32), 6);
        Binarisation fixed = Binarisation.fixed(9), dynamic = Binarisation.dynamic(new Rng(9));
        float[] all = fixed.of(greys.take(0, 1, 2, 3, 4, 5), 0, 1, 2, 3, 4, 5).array().floats();
        float[] some = fixed.of(greys.take(4, 1), 4, 1).array().floats();
        assertArrayEquals(Arrays.copyOfRange(all, 20_000, 25_000), Arrays.copyOfRange(some, 0, 5_000));
        assertArrayEquals(Arrays.copyOfRange(all, 5_000, 10_000), Arrays.copyOfRange(some, 5_000, 10_000));
        float[] once = dynamic.of(greys.take(0), 0).array().floats(), again = dynamic.of(greys.take(0), 0).array().floats();
        assertFalse(Arrays.equals(once, again));
        double z = 0, above = 0;
        for (int i = 0; i < all.length; i++) {
            double p = greys.examples().at(i);
            z += (all[i] - p) / Math.sqrt(all.length / 6.0); // var = ∫ p (1 − p) dp = 1/6
            if (p > 0.999) above += 1 - all[i];
        }
        assertTrue(Math.abs(z) < 5, "z = " + z);
        assertTrue(above <= 3, "white where it is black: " + above);
        assertEquals("pictures of shape [2, 5000] and 1 indices: fixed binarisation takes one for each picture",
                assertThrows(IllegalArgumentException.class, () -> fixed.of(greys.take(0, 1), 0)).getMessage());
    }
}
