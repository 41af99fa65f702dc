package surprisal.models.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * Pictures in IDX or NPY files that are mapped, not read: of a set larger than the memory, only what is looked at is loaded. Bytes
 * become numbers from 0 to 1, floats stay as they are. Several files follow each other as one set, as a large set is kept in parts.
 *
 * <p>An IDX file has to be unpacked, for in a packed one no picture can be found without all before it. The files are let go of when
 * nothing refers to the set any more.
 */
public final class ImageFiles {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** One file: where its pictures begin in the set, and where they are in the memory. */
    private record Part(int first, ImageHeader header, MemorySegment data) {}

    private final List<Part> parts;
    private final Shape shape;
    private final int count;

    private ImageFiles(List<Part> parts, Shape shape, int count) {
        this.parts = parts;
        this.shape = shape;
        this.count = count;
    }

    /**
     * Maps files.
     *
     * @param files IDX or NPY files of pictures, [n, ..], all of one size
     * @return the set
     * @throws IOException if a file can't be read or holds no pictures
     * @throws IllegalArgumentException if there is no file or the sizes of their pictures differ; the message names both
     */
    public static ImageFiles open(Path... files) throws IOException {
        if (files.length == 0) {
            throw new IllegalArgumentException("pictures from no file: it takes at least one");
        }
        List<Part> parts = new ArrayList<>();
        long count = 0;
        for (Path file : files) {
            Part part = map(file, (int) count);
            Shape first = parts.isEmpty() ? part.header.picture() : parts.getFirst().header.picture();
            if (!part.header.picture().equals(first)) {
                throw new IllegalArgumentException("the pictures of %s have the shape %s, those of %s %s: a set has one size"
                        .formatted(files[0], first, file, part.header.picture()));
            }
            parts.add(part);
            count += part.header.count();
            if (count > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("%d pictures up to %s: a set has fewer than 2³¹".formatted(count, file));
            }
        }
        return new ImageFiles(parts, parts.getFirst().header.picture(), (int) count);
    }

    private static Part map(Path file, int first) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ImageHeader header = ImageHeader.read(file, channel);
            Arena untilUnused = Arena.ofAuto();
            return new Part(first, header, channel.map(FileChannel.MapMode.READ_ONLY, header.offset(), header.bytes(), untilUnused));
        }
    }

    /**
     * How many pictures there are.
     *
     * @return at least 1
     */
    public int count() {
        return count;
    }

    /**
     * The shape of one picture.
     *
     * @return [rows, columns], or whatever the files hold
     */
    public Shape shape() {
        return shape;
    }

    /**
     * Some pictures.
     *
     * @param index which
     * @return float32, [index.length, pixels]
     * @throws IllegalArgumentException if there is no such picture
     */
    public Tensor take(int... index) {
        int pixels = shape.size();
        Array batch = Array.zeros(Shape.of(index.length, pixels), Precision.FLOAT32);
        float[] to = batch.floats();
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= count) {
                throw new IllegalArgumentException("picture " + index[i] + ": there are 0 to " + (count - 1));
            }
            Part part = of(index[i]);
            long from = (long) (index[i] - part.first) * pixels;
            switch (part.header.kind()) {
                case BYTES -> {
                    for (int k = 0; k < pixels; k++) {
                        to[i * pixels + k] = (part.data.get(ValueLayout.JAVA_BYTE, from + k) & 0xff) / 255f;
                    }
                }
                case FLOATS -> MemorySegment.copy(part.data, FLOAT, from * Float.BYTES, to, i * pixels, pixels);
            }
        }
        return Tensor.of(batch);
    }

    private Part of(int index) {
        Part found = parts.getFirst();
        for (Part part : parts) {
            if (part.first <= index) {
                found = part;
            }
        }
        return found;
    }
}
