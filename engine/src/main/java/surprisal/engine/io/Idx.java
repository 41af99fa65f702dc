package surprisal.engine.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * IDX, the format of MNIST: two zero bytes, a type, the number of axes, their lengths, and the numbers, all big-endian.
 * Files may be plain or packed with gzip, which is seen by their first bytes, not by their names.
 *
 * <p>Unsigned bytes (0 to 255), signed bytes, shorts and floats become FLOAT32, which holds them exactly; ints and
 * doubles become FLOAT64. What is packed may take as much memory as an {@link Npz} file of its size may by default, or
 * {@value Npz#UNPACKED} bytes from a stream, whose size nobody knows.
 */
public final class Idx {
    private static final int DEFLATE = 8;
    private static final int HEADER_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0;

    private Idx() { }

    /**
     * Unsigned bytes as they are in the file: a quarter of the memory of floats.
     *
     * @param shape the lengths of the axes
     * @param data row-major elements, to be read as {@code data[i] & 0xff}
     */
    @SuppressWarnings("ArrayRecordComponent")   // equal only if the same: nobody compares 47 MB by accident
    public record Bytes(Shape shape, byte[] data) {
        /**
         * The shape has to fit the data.
         *
         * @throws IllegalArgumentException if the sizes differ
         */
        public Bytes {
            if (shape.size() != data.length) {
                throw new IllegalArgumentException("shape " + shape + " has " + shape.size()
                    + " elements, the data has " + data.length);
            }
        }
    }

    /** What to make of the numbers, once the header is read. */
    private interface Body<T> {
        T read(Source in, Dtype type, Shape shape) throws IOException;
    }

    /**
     * Reads an array.
     *
     * @param path an IDX file, plain or packed with gzip
     * @return its array
     * @throws FormatException if it is not such a file, is damaged or unpacks to too much
     * @throws IOException if it cannot be read
     */
    public static Array read(Path path) throws IOException {
        try (Source in = Source.open(path)) {
            return whole(in, Idx::array);
        }
    }

    /**
     * Reads an array from a stream, such as a resource in a jar.
     *
     * @param in its bytes, plain or packed with gzip; read to the end and not closed
     * @param name what to call it in messages
     * @return its array
     * @throws FormatException if it is not an IDX file, is damaged or unpacks to too much
     * @throws IOException if it cannot be read
     */
    public static Array read(InputStream in, String name) throws IOException {
        return whole(Source.of(in, name), Idx::array);
    }

    /**
     * Reads unsigned bytes as bytes.
     *
     * @param path an IDX file of unsigned bytes, plain or packed with gzip
     * @return its bytes
     * @throws FormatException if it is not such a file, is damaged, unpacks to too much or holds another
     *     type
     * @throws IOException if it cannot be read
     */
    public static Bytes readBytes(Path path) throws IOException {
        try (Source in = Source.open(path)) {
            return whole(in, Idx::bytes);
        }
    }

    /**
     * Reads unsigned bytes as bytes from a stream, such as a resource in a jar.
     *
     * @param in its bytes, plain or packed with gzip; read to the end and not closed
     * @param name what to call it in messages
     * @return its bytes
     * @throws FormatException if it is not an IDX file, is damaged, unpacks to too much or holds another
     *     type
     * @throws IOException if it cannot be read
     */
    public static Bytes readBytes(InputStream in, String name) throws IOException {
        return whole(Source.of(in, name), Idx::bytes);
    }

    static Array read(Source in) throws IOException {
        return whole(in, Idx::array);
    }

    private static Array array(Source in, Dtype type, Shape shape) throws IOException {
        Precision exact = type.bytes <= 2 ? Precision.FLOAT32 : type.precision;
        in.allow(shape, exact.bytes(), in.offset());
        return type.read(in, shape, ByteOrder.BIG_ENDIAN, exact);
    }

    private static Bytes bytes(Source in, Dtype type, Shape shape) throws IOException {
        if (type != Dtype.U8) {
            throw in.fault(in.back(2), "expected unsigned bytes (type 8), found " + type + ": use Idx.read");
        }
        in.allow(shape, 1, in.offset());
        return new Bytes(shape, in.bytes(shape.size(), "unsigned bytes"));
    }

    private static <T> T whole(Source file, Body<T> body) throws IOException {
        if (file.peek() != 0x1f) return plain(file, body);
        long memory = Npz.unpacked(file);
        gzipHeader(file);
        try (Source in = file.inflated(-1, memory, "unpack the file first, with gunzip")) {
            T value = plain(in, body);
            ByteBuffer trailer = file.take(8, "the checksum and size that end a gzip file");
            int crc = trailer.getInt(), size = trailer.getInt();
            if (crc != in.crc() || size != (int) in.taken()) {
                throw file.fault(file.back(8),
                    "the data have CRC-32 %08x and %d bytes, the gzip trailer says %08x and %d: they are damaged"
                        .formatted(in.crc(), in.taken(), crc, size & 0xffffffffL));
            }
            file.end();
            return value;
        }
    }

    private static <T> T plain(Source in, Body<T> body) throws IOException {
        ByteBuffer magic = in.take(4, "the magic number of an IDX file");
        if (magic.getShort(0) != 0) throw in.fault(in.back(4), "not an IDX file: expected two zero bytes");
        Dtype type = switch (magic.get(2)) {
            case 0x08 -> Dtype.U8;
            case 0x09 -> Dtype.I8;
            case 0x0b -> Dtype.I16;
            case 0x0c -> Dtype.I32;
            case 0x0d -> Dtype.F32;
            case 0x0e -> Dtype.F64;
            default -> throw in.fault(in.back(2), "the type " + (magic.get(2) & 0xff)
                + " is unknown; IDX has 8, 9, 11, 12, 13 and 14");
        };
        int[] dims = new int[magic.get(3) & 0xff];
        long start = in.offset();
        for (int k = 0; k < dims.length; k++) {
            dims[k] = in.take(4, "the length of an axis").order(ByteOrder.BIG_ENDIAN).getInt();
            if (dims[k] < 0) {
                throw in.fault(in.back(4), "axis " + k + " has length " + (dims[k] & 0xffffffffL)
                    + ", more than 2147483647");
            }
        }
        Shape shape = in.shape(dims, start);
        in.expect(shape, type.bytes, start);
        T value = body.read(in, type, shape);
        in.end();
        return value;
    }

    /** RFC 1952: magic, method, flags, time, two bytes more, and what the flags announce. */
    private static void gzipHeader(Source in) throws IOException {
        ByteBuffer b = in.take(10, "the header of a gzip file");
        int flags = b.get(3) & 0xff;
        if (b.get(1) != (byte) 0x8b || b.get(2) != DEFLATE || (flags & RESERVED) != 0) {
            throw in.fault(in.back(9), "neither an IDX file nor a gzip file");
        }
        if ((flags & EXTRA) != 0) {
            int n = in.take(2, "the length of a gzip extra field").getShort() & 0xffff;
            in.bytes(n, "a gzip extra field");
        }
        if ((flags & NAME) != 0) text(in);
        if ((flags & COMMENT) != 0) text(in);
        if ((flags & HEADER_CRC) != 0) in.take(2, "a gzip header checksum");
    }

    /** Passes over a text that ends in a zero byte. */
    private static void text(Source in) throws IOException {
        int c;
        while ((c = in.next()) != 0) {
            if (c < 0) throw in.fault(in.offset(), "a gzip text has no end; the file is truncated");
        }
    }
}
