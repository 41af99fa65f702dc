package surprisal.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * NumPy's file of one array, {@code .npy}: a magic string, a version, the text of a Python dict, the numbers.
 *
 * <p>Read are versions 1 to 3, both byte orders, C and Fortran order (which is copied to row-major). {@code f4} and
 * {@code f2} become FLOAT32; {@code f8}, {@code b1} and the integers {@code i1 i2 i4 i8 u1 u2 u4 u8} become FLOAT64,
 * and an integer beyond ±2⁵³ is refused. Object arrays are Python pickles and are refused. Shapes have 64 axes or
 * fewer, as in NumPy. Written is what {@code np.save} writes, byte for byte.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 20;
    private static final int MOST_AXES = 64;
    private static final int ALIGN = 64;
    private static final int GROWTH = 21;   // NumPy keeps room for the first length to grow to this many digits

    private Npy() { }

    /**
     * Reads an array.
     *
     * @param path a {@code .npy} file
     * @return its array
     * @throws FormatException if it is not such a file, is damaged, or holds what an {@link Array} cannot
     * @throws IOException if it cannot be read
     */
    public static Array read(Path path) throws IOException {
        try (Source in = Source.open(path)) {
            return read(in);
        }
    }

    /**
     * Writes an array: the file is whole in the end, or what was there before is untouched.
     *
     * @param path where to
     * @param array the array; FLOAT32 is written as {@code <f4}, FLOAT64 as {@code <f8}
     * @throws IllegalArgumentException if it has more than 64 axes
     * @throws IOException if it cannot be written
     */
    public static void write(Path path, Array array) throws IOException {
        byte[] header = header(array);
        Sink.write(path, header.length + bytes(array), out -> {
            out.put(header);
            out.put(array);
        });
    }

    static long bytes(Array array) {
        return (long) array.size() * array.precision().bytes();
    }

    /** The whole of a source as one array. */
    static Array read(Source in) throws IOException {
        ByteBuffer magic = in.take(8, "the magic string and version of an .npy file");
        for (int i = 0; i < MAGIC.length; i++) {
            if (magic.get(i) != MAGIC[i]) {
                throw in.fault(in.back(8 - i), "not an .npy file: expected the magic string \\x93NUMPY");
            }
        }
        int major = magic.get(6), minor = magic.get(7);
        if (major < 1 || major > 3 || minor != 0) {
            throw in.fault(in.back(2), "version " + (major & 0xff) + "." + (minor & 0xff)
                + " of the .npy format is unknown; 1.0, 2.0 and 3.0 are read");
        }
        long length = major == 1 ? in.take(2, "the header's length").getShort() & 0xffff
            : in.take(4, "the header's length").getInt() & 0xffffffffL;
        long at = in.back(major == 1 ? 2 : 4);
        if (length > LONGEST_HEADER) {
            throw in.fault(at, "the header claims " + length + " bytes, more than " + LONGEST_HEADER);
        }
        if (in.left() >= 0 && length > in.left()) {
            throw in.fault(at, "the header claims " + length + " bytes, the file has " + in.left()
                + " more; it is truncated");
        }
        long start = in.offset();
        Header header = new Header(in, in.bytes((int) length, "the header"));
        in.expect(header.shape, header.type.bytes, start);
        in.allow(header.shape, header.type.precision.bytes(), start);
        Array array = header.type.read(in, header.shape, header.order);
        in.end();
        return header.fortran ? rowMajor(array) : array;
    }

    /** to[Σ iₖ·strideₖ] = from[s], where s counts with the first axis fastest. */
    private static Array rowMajor(Array from) {
        Shape shape = from.shape();
        int rank = shape.rank(), n = shape.size();
        if (rank < 2 || n < 2) return from;
        int[] dims = shape.dims(), index = new int[rank], stride = new int[rank];
        stride[rank - 1] = 1;
        for (int k = rank - 1; k > 0; k--) stride[k - 1] = stride[k] * dims[k];
        boolean single = from.precision() == Precision.FLOAT32;
        Array to = Array.zeros(shape, from.precision());
        for (int s = 0, t = 0; s < n; s++) {
            // each kind by itself: a float that passes through a double may lose the bits of a NaN
            if (single) to.floats()[t] = from.floats()[s];
            else to.doubles()[t] = from.doubles()[s];
            for (int k = 0; k < rank; k++) {
                t += stride[k];
                if (++index[k] < dims[k]) break;
                t -= stride[k] * dims[k];
                index[k] = 0;
            }
        }
        return to;
    }

    /** Everything before the numbers, as NumPy writes it. */
    static byte[] header(Array array) {
        int[] dims = array.shape().dims();
        if (dims.length > MOST_AXES) {
            throw new IllegalArgumentException("an array of " + dims.length + " axes: an .npy file holds " + MOST_AXES
                + " or fewer, as NumPy does; reshape it");
        }
        StringBuilder text = new StringBuilder("{'descr': '<f").append(array.precision().bytes())
            .append("', 'fortran_order': False, 'shape': (");
        for (int k = 0; k < dims.length; k++) text.append(k == 0 ? "" : ", ").append(dims[k]);
        text.append(dims.length == 1 ? ",), }" : "), }");
        if (dims.length > 0) text.repeat(' ', GROWTH - Integer.toString(dims[0]).length());
        int before = MAGIC.length + 4, least = text.length() + 1, length = least + ALIGN - (before + least) % ALIGN;
        text.repeat(' ', length - least).append('\n');   // the numbers start at a multiple of 64
        return ByteBuffer.allocate(before + length).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).put((byte) 1).put((byte) 0)
            .putShort((short) length).put(text.toString().getBytes(StandardCharsets.US_ASCII)).array();
    }

    /**
     * The dict literal, read in one pass: exactly the keys descr, fortran_order and shape, plain strings, True or
     * False, a tuple of natural numbers. The {@code L} that Python 2 put after long ones is let pass.
     */
    private static final class Header {
        private final Source in;
        private final byte[] text;
        private int at;
        private Dtype type;
        private ByteOrder order;
        private Boolean fortran;
        private Shape shape;

        Header(Source in, byte[] text) throws FormatException {
            this.in = in;
            this.text = text;
            expect('{');
            while (next() != '}') {
                int start = at;
                String key = string();
                expect(':');
                switch (key) {
                    case "descr" -> once(type, key, start).descr();
                    case "fortran_order" -> once(fortran, key, start).fortran = bool();
                    case "shape" -> once(shape, key, start).shape = tuple();
                    default -> throw fault(start, "the header has a key '" + key
                        + "'; expected descr, fortran_order and shape");
                }
                if (next() != '}') expect(',');
            }
            expect('}');
            if (next() >= 0) throw fault(at, "expected nothing but blanks after the header's dict");
            missing(type, "descr");
            missing(fortran, "fortran_order");
            missing(shape, "shape");
        }

        private Header once(Object value, String key, int start) throws FormatException {
            if (value != null) throw fault(start, "the header has the key '" + key + "' twice");
            return this;
        }

        private void missing(Object value, String key) throws FormatException {
            if (value == null) throw fault(0, "the header has no key '" + key + "'");
        }

        private FormatException fault(int where, String sentence) {
            return in.fault(in.back(text.length - where), sentence);
        }

        /** The next character that is not blank, −1 at the end. */
        private int next() {
            while (at < text.length && " \n\t\r".indexOf(text[at]) >= 0) at++;
            return at < text.length ? text[at] & 0xff : -1;
        }

        private void expect(char c) throws FormatException {
            if (next() != c) throw fault(at, "the header's dict is damaged: expected " + c + ", found " + found());
            at++;
        }

        private String found() {
            if (at >= text.length) return "its end";
            int c = text[at] & 0xff;
            return c > ' ' && c < 127 ? Character.toString(c) : "the byte " + c;
        }

        private String string() throws FormatException {
            int quote = next();
            if (quote != '\'' && quote != '"') throw fault(at, "expected a string in the header, found " + found());
            int start = ++at;
            while (at < text.length && text[at] != quote && text[at] >= ' ' && text[at] != '\\') at++;
            if (at == text.length || text[at] != quote) {
                throw fault(at, "expected the end of a plain string in the header, found " + found());
            }
            if (at - start > 64) throw fault(start, "a string of " + (at - start) + " bytes in the header is too long");
            return new String(text, start, at++ - start, StandardCharsets.US_ASCII);
        }

        private boolean bool() throws FormatException {
            next();
            for (String word : new String[] {"True", "False"}) {
                int end = at + word.length();
                if (end <= text.length && word.equals(new String(text, at, end - at, StandardCharsets.ISO_8859_1))) {
                    at = end;
                    return word.equals("True");
                }
            }
            throw fault(at, "expected True or False for fortran_order, found " + found());
        }

        private Shape tuple() throws FormatException {
            next();
            int start = at, rank = 0;
            int[] dims = new int[4];
            expect('(');
            boolean comma = true;
            while (next() != ')') {
                if (!comma) throw fault(at, "expected , or ) in the shape, found " + found());
                if (rank == MOST_AXES) {
                    throw fault(start, "the shape has more than " + MOST_AXES + " axes, the most that NumPy has");
                }
                if (rank == dims.length) dims = Arrays.copyOf(dims, 2 * rank);
                dims[rank++] = length();
                comma = next() == ',';
                if (comma) at++;
            }
            at++;
            if (rank == 1 && !comma) throw fault(start, "the shape is no tuple: expected a comma, as in (3,)");
            return in.shape(Arrays.copyOf(dims, rank), in.back(text.length - start));
        }

        private int length() throws FormatException {
            int start = at;
            long value = 0;
            while (at < text.length && text[at] >= '0' && text[at] <= '9') {
                value = 10 * value + text[at++] - '0';
                if (value > Integer.MAX_VALUE) throw fault(start, "a length in the shape is above 2147483647");
            }
            if (at == start) throw fault(at, "expected a length in the shape, found " + found());
            if (text[start] == '0' && at > start + 1) throw fault(start, "a length in the shape starts with 0");
            if (at < text.length && text[at] == 'L') at++;
            return (int) value;
        }

        private void descr() throws FormatException {
            int c = next(), start = at;
            if (c == '[') {
                throw fault(start, "the array has named fields; plain numbers are read: save each field by itself");
            }
            String descr = string();
            char mark = descr.isEmpty() ? ' ' : descr.charAt(0);
            boolean marked = "<>=|".indexOf(mark) >= 0;
            order = switch (mark) {
                case '>' -> ByteOrder.BIG_ENDIAN;
                case '<' -> ByteOrder.LITTLE_ENDIAN;
                default -> ByteOrder.nativeOrder();
            };
            type = switch (marked ? descr.substring(1) : descr) {
                case "f2" -> Dtype.F16;
                case "f4" -> Dtype.F32;
                case "f8" -> Dtype.F64;
                case "i1" -> Dtype.I8;
                case "i2" -> Dtype.I16;
                case "i4" -> Dtype.I32;
                case "i8" -> Dtype.I64;
                case "u1" -> Dtype.U8;
                case "u2" -> Dtype.U16;
                case "u4" -> Dtype.U32;
                case "u8" -> Dtype.U64;
                case "b1" -> Dtype.BOOL;
                case "O" -> throw fault(start, "the array holds Python objects (dtype '" + descr
                    + "') as a pickle, which can run code when it is loaded; it is not read: save numbers, as in "
                    + "a.astype('<f8')");
                default -> throw fault(start, "dtype '" + descr
                    + "' is not read; f2, f4, f8, b1, i1 to i8 and u1 to u8 are");
            };
        }
    }
}
