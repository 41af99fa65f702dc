package surprisal.bench.digits;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Small sets in MNIST's format, for tests: upright bars. */
public final class DigitFiles {
    private DigitFiles() {}

    /** Writes the four files to a new folder: pictures of 6 × 6 pixels. */
    public static Path write(Path folder, int train, int test) throws IOException {
        return write(folder, 6, train, test);
    }

    /** The same with pictures of any size. */
    public static Path write(Path folder, int side, int train, int test) throws IOException {
        Files.createDirectories(folder);
        write(folder, "train", side, train);
        write(folder, "t10k", side, test);
        return folder;
    }

    private static void write(Path folder, String prefix, int side, int count) throws IOException {
        Random random = new Random(prefix.hashCode());
        ByteBuffer images = ByteBuffer.allocate(16 + count * side * side);
        images.putInt(2051).putInt(count).putInt(side).putInt(side);
        ByteBuffer labels = ByteBuffer.allocate(8 + count);
        labels.putInt(2049).putInt(count);
        for (int i = 0; i < count; i++) {
            int bar = random.nextInt(side);
            for (int y = 0; y < side; y++) for (int x = 0; x < side; x++) images.put((byte) (x == bar ? 230 : 10));
            labels.put((byte) bar);
        }
        Files.write(folder.resolve(prefix + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(prefix + "-labels-idx1-ubyte"), labels.array());
    }
}
