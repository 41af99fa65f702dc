package surprisal.models.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import surprisal.engine.Shape;
import surprisal.engine.io.FormatException;

/**
 * Where the pictures of a file are.
 *
 * @param count how many
 * @param picture the shape of one
 * @param kind what a number is
 * @param offset of the first, in bytes
 */
record ImageHeader(int count, Shape picture, Kind kind, long offset) {
    private static final int LONGEST = 1 << 16;
    private static final int GZIP = 0x1f8b;
    private static final int IDX_BYTES = 0x08;
    private static final Pattern NPY = Pattern.compile(
            "'descr':\\s*'([^']*)'.*'fortran_order':\\s*(True|False).*'shape':\\s*\\(([^)]*)\\)", Pattern.DOTALL);

    /** What a number of a file is. */
    enum Kind {
        /** 0 to 255. */
        BYTES(1),
        /** Little-endian. */
        FLOATS(Float.BYTES);

        private final int size;

        Kind(int size) {
            this.size = size;
        }
    }

    /** How long the data are. */
    long bytes() {
        return (long) count * picture.size() * kind.size;
    }

    static ImageHeader read(Path file, FileChannel channel) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(LONGEST);
        while (in.hasRemaining() && channel.read(in) >= 0) {
            // the header is in the first bytes, and small
        }
        in.flip();
        if (in.remaining() < 10) {
            throw new FormatException(file.toString(), in.remaining(), "ends within its header");
        }
        ImageHeader header = switch (in.getShort(0) & 0xffff) {
            case 0 -> idx(file, in);
            case 0x934e -> npy(file, in);
            case GZIP -> throw new FormatException(file.toString(), 0, "is packed with gzip: unpack it with gunzip to map it");
            default -> throw new FormatException(file.toString(), 0, "is neither an IDX nor a NPY file");
        };
        long length = header.offset + header.bytes();
        if (channel.size() != length) {
            throw new FormatException(file.toString(), Math.min(length, channel.size()),
                    "has %,d bytes, its header says %,d".formatted(channel.size(), length));
        }
        return header;
    }

    private static ImageHeader idx(Path file, ByteBuffer in) throws IOException {
        int rank = in.get(3);
        if (in.get(2) != IDX_BYTES || rank < 2 || in.remaining() < 4 + 4 * rank) {
            throw new FormatException(file.toString(), 2, "holds no pictures of unsigned bytes, [n, ..]");
        }
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = in.getInt(4 + 4 * i);
        }
        return of(file, Kind.BYTES, 4 + 4 * rank, dims);
    }

    private static ImageHeader npy(Path file, ByteBuffer in) throws IOException {
        in.order(ByteOrder.LITTLE_ENDIAN);
        boolean first = in.get(6) == 1;
        long length = first ? in.getShort(8) & 0xffff : in.getInt(8) & 0xffffffffL;
        int start = first ? 10 : 12;
        if (length > in.remaining() - start) {
            throw new FormatException(file.toString(), 8, "has a header of %,d bytes, more than a picture's".formatted(length));
        }
        String text = new String(in.array(), start, (int) length, StandardCharsets.US_ASCII);
        Matcher header = NPY.matcher(text);
        if (!header.find() || header.group(2).equals("True")) {
            throw new FormatException(file.toString(), start, "holds no array that is row-major (C order): " + text.strip());
        }
        Kind kind = switch (header.group(1)) {
            case "|u1" -> Kind.BYTES;
            case "<f4" -> Kind.FLOATS;
            default -> throw new FormatException(
                    file.toString(), start, "holds numbers of type " + header.group(1) + ", expected |u1 or <f4");
        };
        int[] dims;
        try {
            dims = Arrays.stream(header.group(3).split(",", -1)).map(String::strip).filter(s -> !s.isEmpty())
                    .mapToInt(Integer::parseInt).toArray();
        } catch (NumberFormatException e) {
            throw new FormatException(file.toString(), start, "has a shape that can't be read: " + header.group(3));
        }
        return of(file, kind, start + length, dims);
    }

    private static ImageHeader of(Path file, Kind kind, long offset, int... dims) throws IOException {
        double pixels = 1;
        for (int i = 1; i < dims.length; i++) {
            pixels *= dims[i];
        }
        if (dims.length < 2 || Arrays.stream(dims).anyMatch(n -> n < 1) || pixels > Integer.MAX_VALUE) {
            throw new FormatException(file.toString(), offset,
                    "has the shape " + Arrays.toString(dims) + ", not that of pictures: [n, ..]");
        }
        return new ImageHeader(dims[0], Shape.of(Arrays.copyOfRange(dims, 1, dims.length)), kind, offset);
    }
}
