package surprisal.bench.digits;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.engine.io.FormatException;
import surprisal.engine.io.Idx;

/** Grey images of one size, each with its class. */
public final class Digits {

    /** The two parts of a set. */
    public enum Part {
        /** What a model learns from. */
        TRAIN("train"),
        /** What it is measured on. */
        TEST("t10k");

        private final String prefix;

        Part(String prefix) {
            this.prefix = prefix;
        }

        private String images() {
            return prefix + "-images-idx3-ubyte";
        }

        private String labels() {
            return prefix + "-labels-idx1-ubyte";
        }
    }

    private final int rows;
    private final int columns;
    private final byte[] pixels;
    private final byte[] labels;
    private String checksum; // once it was asked for

    private Digits(int rows, int columns, byte[] pixels, byte[] labels) {
        this.rows = rows;
        this.columns = columns;
        this.pixels = pixels;
        this.labels = labels;
    }

    /**
     * The digits that come with the workbench: the first 6,000 training and 1,000 test images of MNIST.
     *
     * @param part which
     * @return the digits
     * @throws IOException if they are missing from the build or damaged
     */
    public static Digits embedded(Part part) throws IOException {
        return of(embedded(part.images()), part.images() + ".gz", embedded(part.labels()), part.labels() + ".gz");
    }

    /**
     * The digits in a folder that holds the files of MNIST, gzipped or plain.
     *
     * @param folder the folder
     * @param part which of the two parts
     * @return the digits
     * @throws IOException if a file is missing, unreadable or not what its name says
     */
    public static Digits in(Path folder, Part part) throws IOException {
        Path images = file(folder, part.images()), labels = file(folder, part.labels());
        return of(Idx.readBytes(images), images.toString(), Idx.readBytes(labels), labels.toString());
    }

    private static Idx.Bytes embedded(String name) throws IOException {
        try (InputStream in = Digits.class.getResourceAsStream(name + ".gz")) {
            if (in == null) throw new NoSuchFileException(name + ".gz", null, "not in this build");
            return Idx.readBytes(in, name + ".gz");
        }
    }

    private static Path file(Path folder, String name) throws IOException {
        if (!Files.exists(folder))
            throw new NoSuchFileException(
                    folder.toString(),
                    null,
                    "name a folder with the four files of MNIST, or leave --data out to take the embedded digits");
        if (!Files.isDirectory(folder)) throw new NotDirectoryException(folder.toString());
        Path packed = folder.resolve(name + ".gz"), plain = folder.resolve(name);
        if (Files.exists(packed)) return packed;
        if (Files.exists(plain)) return plain;
        throw new NoSuchFileException(
                plain.toString(),
                null,
                "nor is there " + packed.getFileName()
                        + "; the folder must hold MNIST's train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                        + "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or with .gz");
    }

    private static Digits of(Idx.Bytes images, String imageFile, Idx.Bytes labels, String labelFile)
            throws IOException {
        Shape grid = images.shape();
        if (grid.rank() != 3 || grid.size() == 0)
            throw new FormatException(
                    imageFile, 3, "holds an array of shape " + grid + ", not [images, rows, columns]");
        if (labels.shape().rank() != 1)
            throw new FormatException(labelFile, 3, "holds an array of shape " + labels.shape() + ", not [labels]");
        if (labels.shape().size() != grid.dim(0))
            throw new FormatException(
                    labelFile,
                    4,
                    "holds %d labels, but %s has %d images"
                            .formatted(labels.shape().size(), imageFile, grid.dim(0)));
        return new Digits(grid.dim(1), grid.dim(2), images.data(), labels.data());
    }

    /**
     * How many there are.
     *
     * @return at least 1
     */
    public int count() {
        return labels.length;
    }

    /**
     * The height of an image.
     *
     * @return in pixels
     */
    public int rows() {
        return rows;
    }

    /**
     * The width of an image.
     *
     * @return in pixels
     */
    public int columns() {
        return columns;
    }

    /**
     * The size of an image.
     *
     * @return rows × columns
     */
    public int size() {
        return rows * columns;
    }

    /**
     * By what other images are told from these: a CRC-32 of the pixels.
     *
     * @return 8 hexadecimal digits
     */
    public String checksum() {
        if (checksum == null) { // of each checkpoint's notes
            CRC32 crc = new CRC32();
            crc.update(pixels);
            checksum = HexFormat.of().toHexDigits((int) crc.getValue());
        }
        return checksum;
    }

    /**
     * The class of an image.
     *
     * @param i which image
     * @return its label, 0 to 255
     */
    public int label(int i) {
        return labels[i] & 0xff;
    }

    /**
     * One image.
     *
     * @param i which
     * @return its pixels row by row, 0 for paper to 1 for ink
     */
    public float[] image(int i) {
        float[] image = new float[size()];
        for (int j = 0; j < image.length; j++) image[j] = (pixels[i * size() + j] & 0xff) / 255f;
        return image;
    }

    /**
     * The images of some indices, one below the other: [to − from, size].
     *
     * @param order indices of images
     * @param from the first entry of {@code order} that is wanted
     * @param to the entry after the last
     * @param precision of the result
     * @return intensities from 0 to 1
     */
    public Array batch(int[] order, int from, int to, Precision precision) {
        Array batch = Array.zeros(Shape.of(to - from, size()), precision);
        switch (precision) {
            case FLOAT32 -> {
                float[] x = batch.floats();
                for (int i = from, at = 0; i < to; i++)
                    for (int j = 0; j < size(); j++) x[at++] = (pixels[order[i] * size() + j] & 0xff) / 255f;
            }
            case FLOAT64 -> {
                double[] x = batch.doubles();
                for (int i = from, at = 0; i < to; i++)
                    for (int j = 0; j < size(); j++) x[at++] = (pixels[order[i] * size() + j] & 0xff) / 255.0;
            }
        }
        return batch;
    }

    /**
     * The first images in their own order.
     *
     * @param n how many; fewer if there aren't as many
     * @return these images
     */
    public Digits first(int n) {
        int kept = Math.min(n, count());
        return new Digits(rows, columns, Arrays.copyOf(pixels, kept * size()), Arrays.copyOf(labels, kept));
    }
}
