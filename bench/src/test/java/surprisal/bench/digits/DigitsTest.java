package surprisal.bench.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Precision;
import surprisal.engine.io.FormatException;

class DigitsTest {

    @Test
    void theEmbeddedDigitsAreWhatTheirReadmeSays() throws IOException {
        Digits train = Digits.embedded(Digits.Part.TRAIN), test = Digits.embedded(Digits.Part.TEST);
        assertEquals(6000, train.count());
        assertEquals(1000, test.count());
        assertEquals(784, train.size());
        int[] counts = new int[10];
        for (int i = 0; i < train.count(); i++) counts[train.label(i)]++;
        assertArrayEquals(new int[] {592, 671, 581, 608, 623, 514, 608, 651, 551, 601}, counts);
        assertEquals(7, test.label(0), "MNIST's first test image is a seven");
        long bytes = 0;
        for (String file :
                new String[] {"train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"})
            try (InputStream in = Digits.class.getResourceAsStream(file + "-ubyte.gz")) {
                bytes += in.readAllBytes().length;
            }
        assertTrue(bytes < 2_000_000, bytes + " bytes");
    }

    @Test
    void aBatchIsItsImagesInBothPrecisions() throws IOException {
        Digits test = Digits.embedded(Digits.Part.TEST);
        int[] order = {5, 3, 8};
        float[] x = test.batch(order, 1, 3, Precision.FLOAT32).floats();
        double[] y = test.batch(order, 1, 3, Precision.FLOAT64).doubles();
        assertEquals(2 * 784, x.length);
        for (int j = 0; j < 784; j++) {
            assertEquals(test.image(3)[j], x[j]);
            assertEquals(test.image(8)[j], x[784 + j]);
            assertEquals(x[j], y[j], 1e-7);
        }
    }

    /** What learns from images of one size can't be measured on images of another: it is said before anything is learnt. */
    @Test
    void imagesOfTwoSizesAreRefused(@TempDir Path folder) throws IOException {
        Path data = DigitFiles.write(folder.resolve("a"), 6, 4, 2), other = DigitFiles.write(folder.resolve("b"), 5, 4, 2);
        assertEquals(36, Images.of(data).test().size());
        for (String file : new String[] {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
            Files.copy(other.resolve(file), data.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        assertEquals("the training images of " + data + " have 6 × 6 pixels, the test images 5 × 5: give files that belong together",
                assertThrows(IllegalArgumentException.class, () -> Images.of(data)).getMessage());
    }

    /** The CRC-32 of the pixels alone, as Python's {@code zlib.crc32(b"surprisal_pixels")} says it. */
    @Test
    void thePixelsAreKnownAgainByTheirChecksum(@TempDir Path folder) throws IOException {
        Path data = DigitFiles.write(folder, 2, 4, 2), file = data.resolve("train-images-idx3-ubyte");
        Images images = Images.of(data);
        assertEquals("4+2x4", images.notes("n").get("n"));
        byte[] bytes = Files.readAllBytes(file);
        System.arraycopy("surprisal_pixels".getBytes(StandardCharsets.US_ASCII), 0, bytes, 16, 16);
        Files.write(file, bytes);
        assertEquals("06bf8e9d+" + images.test().checksum(), Images.of(data).notes("n").get(Images.CHECKSUM));
    }

    @Test
    void filesThatAreMissingOrDoNotFitAreNamed(@TempDir Path folder) throws IOException {
        assertThrows(IOException.class, () -> Digits.in(folder.resolve("none"), Digits.Part.TRAIN));
        IOException missing = assertThrows(IOException.class, () -> Digits.in(folder, Digits.Part.TRAIN));
        assertTrue(missing.getMessage().contains("train-images-idx3-ubyte"), missing.getMessage());

        Path images = folder.resolve("train-images-idx3-ubyte"), labels = folder.resolve("train-labels-idx1-ubyte");
        Files.write(
                images,
                ByteBuffer.allocate(16 + 8)
                        .putInt(2051)
                        .putInt(2)
                        .putInt(2)
                        .putInt(2)
                        .array());
        Files.write(labels, ByteBuffer.allocate(8 + 2).putInt(2049).putInt(2).array());
        assertEquals(2, Digits.in(folder, Digits.Part.TRAIN).count());

        Files.write(labels, ByteBuffer.allocate(8 + 3).putInt(2049).putInt(3).array());
        FormatException more = assertThrows(FormatException.class, () -> Digits.in(folder, Digits.Part.TRAIN));
        assertTrue(more.getMessage().contains("3 labels") && more.getMessage().contains("2 images"), more.getMessage());

        Files.write(
                images,
                ByteBuffer.allocate(16 + 7)
                        .putInt(2051)
                        .putInt(2)
                        .putInt(2)
                        .putInt(2)
                        .array());
        FormatException cut = assertThrows(FormatException.class, () -> Digits.in(folder, Digits.Part.TRAIN));
        assertTrue(cut.getMessage().contains(images.toString()), cut.getMessage());

        Files.write(
                images,
                ByteBuffer.allocate(16)
                        .putInt(2051)
                        .putInt(0)
                        .putInt(28)
                        .putInt(28)
                        .array());
        Files.write(labels, ByteBuffer.allocate(8).putInt(2049).putInt(0).array());
        assertThrows(FormatException.class, () -> Digits.in(folder, Digits.Part.TRAIN), "no images at all");
    }
}
