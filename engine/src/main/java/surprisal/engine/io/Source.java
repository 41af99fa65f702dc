package surprisal.engine.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import surprisal.engine.Shape;

/**
 * Bytes in order: of a file, of a part of one, of a stream, or what one of these inflates to. It knows how many bytes
 * are said to follow ({@link #left}) and how many certainly do ({@link #sure}), and every fault found gets its place in
 * the file ({@link #fault}).
 *
 * <p>Memory is taken for bytes that are sure, or as they arrive, never because a header says so.
 */
final class Source implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int STREAM_BUFFER = 1 << 14, LEAST_BUFFER = 1 << 6;
    private static final int SMALL = 1 << 8;
    private static final long MOST = Integer.MAX_VALUE - 8;   // elements of a Java array, on every VM

    /** Where the bytes come from. */
    private interface Feed extends Closeable {
        /** Up to n bytes; −1 at the end. */
        int read(byte[] to, int from, int n) throws IOException;

        @Override
        default void close() throws IOException { }
    }

    /** Bytes that are all there and may be read from any place. */
    private interface File {
        int read(ByteBuffer to, long at) throws IOException;
    }

    private final String name;
    private final Feed feed;
    private final File file;             // null unless the bytes are those of a file
    private final Source packed;         // null unless the bytes are inflated from there
    private final long start;            // of these bytes in the file
    private final long length;           // as claimed, −1 if nobody said
    private final long memory;           // what an array of these bytes may take
    private final String way;            // to an array that takes more
    private final byte[] buffer;
    private final CRC32 crc = new CRC32();
    private int lo, hi;
    private long taken;

    private Source(String name, Feed feed, File file, Source packed, long start, long length, long memory, String way,
        long buffer) {
        this.name = name;
        this.feed = feed;
        this.file = file;
        this.packed = packed;
        this.start = start;
        this.length = length;
        this.memory = memory;
        this.way = way;
        this.buffer = new byte[Math.clamp(buffer, LEAST_BUFFER, BUFFER)];
    }

    /** The bytes of a file. */
    static Source open(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file; relative names start at "
                + Path.of("").toAbsolutePath());
        }
        if (!Files.isRegularFile(path)) throw new IOException(path + " is not a regular file");
        FileChannel channel = FileChannel.open(path);
        try {
            return of(path.toString(), channel::read, channel, 0, channel.size());
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /** The bytes of a stream, which stays open. */
    static Source of(InputStream in, String name) {
        return new Source(name, in::read, null, null, 0, -1, Long.MAX_VALUE, "", STREAM_BUFFER);
    }

    /** The bytes of a file that is in memory already. */
    static Source of(byte[] file, String name) {
        File read = (to, at) -> {
            int k = Math.min(to.remaining(), file.length - (int) at);
            to.put(file, (int) at, k);
            return k;
        };
        return of(name, read, () -> { }, 0, file.length);
    }

    private static Source of(String name, File file, Closeable handle, long from, long to) {
        Feed feed = new Feed() {
            private long at = from;

            @Override
            public int read(byte[] bytes, int offset, int n) throws IOException {
                int k = (int) Math.min(n, to - at);
                if (k == 0) return -1;
                int read = file.read(ByteBuffer.wrap(bytes, offset, k), at);
                if (read > 0) at += read;
                return read;
            }

            @Override
            public void close() throws IOException {
                handle.close();
            }
        };
        return new Source(name, feed, file, null, from, to - from, Long.MAX_VALUE, "", to - from);
    }

    /** The bytes from {@code from} to {@code to} of the same file, which stays open; {@code part} names them. */
    Source part(String part, long from, long to) {
        return of(name + part, file, () -> { }, from, to);
    }

    /**
     * What the bytes from here on inflate to. Bytes after the end of the deflated data stay here.
     *
     * @param length how many they say it is, −1 if they do not
     * @param memory how many bytes an array of them may take
     * @param way what to do if it is to take more
     */
    Source inflated(long length, long memory, String way) {
        Inflater inflater = new Inflater(true);
        Feed feed = new Feed() {
            @Override
            public int read(byte[] to, int from, int n) throws IOException {
                try {
                    while (true) {
                        int k = inflater.inflate(to, from, n);
                        if (k > 0) return k;
                        if (inflater.finished()) {
                            lo -= inflater.getRemaining();
                            taken -= inflater.getRemaining();
                            inflater.setInput(new byte[0]);
                            return -1;
                        }
                        if (inflater.needsDictionary()) throw fault(offset(), "the deflated data need a dictionary");
                        if (!fill(1)) throw fault(offset(), "the deflated data end early; the file is truncated");
                        inflater.setInput(buffer, lo, hi - lo);
                        taken += hi - lo;
                        lo = hi;
                    }
                } catch (DataFormatException e) {
                    throw fault(offset() - inflater.getRemaining(), "the deflated data are damaged: " + e.getMessage());
                }
            }

            @Override
            public void close() {
                inflater.end();
            }
        };
        long room = file == null ? STREAM_BUFFER : 8 * sure();   // so that many small parts take little together
        return new Source(name, feed, null, this, 0, length, memory, way, length < 0 ? room : Math.min(room, length));
    }

    String name() {
        return name;
    }

    /** How many bytes are said to follow, −1 if nobody said. */
    long left() {
        return length < 0 ? -1 : length - taken;
    }

    /** How many bytes have been taken. */
    long taken() {
        return taken;
    }

    /** How many bytes certainly follow: those of a file have been counted. */
    long sure() {
        return file != null ? length - taken : hi - lo;
    }

    /** The place in the file of the next byte; of inflated bytes, of the packed ones read so far. */
    long offset() {
        return back(0);
    }

    /** The place in the file of the byte taken n bytes ago. */
    long back(long n) {
        return packed != null ? packed.offset() : start + taken - n;
    }

    /** The CRC-32 of all bytes, once {@link #end} has been reached. */
    int crc() {
        return (int) crc.getValue();
    }

    FormatException fault(long offset, String sentence) {
        return new FormatException(name, offset, sentence);
    }

    /** The most that one {@link #take} can hold. */
    int chunk() {
        return buffer.length;
    }

    /** The next n bytes, n ≤ {@link #chunk}, valid until the next call; little-endian. */
    ByteBuffer take(int n, String what) throws IOException {
        if (!fill(n)) {
            throw fault(offset(), "expected " + n + " bytes, " + what + ", and there are " + (hi - lo)
                + "; the file is truncated");
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, lo, n).slice().order(ByteOrder.LITTLE_ENDIAN);
        lo += n;
        taken += n;
        return bytes;
    }

    /** The next byte without taking it, −1 at the end. */
    int peek() throws IOException {
        return fill(1) ? buffer[lo] & 0xff : -1;
    }

    /** The next byte, −1 at the end. */
    int next() throws IOException {
        if (!fill(1)) return -1;
        taken++;
        return buffer[lo++] & 0xff;
    }

    /** The next n bytes in memory of their own. */
    byte[] bytes(int n, String what) throws IOException {
        byte[] all = new byte[room(n, 1)];
        for (int done = 0; done < n; ) {
            if (done == all.length) all = Arrays.copyOf(all, grown(done, n));
            int k = Math.min(all.length - done, chunk());
            take(k, what).get(all, done, k);
            done += k;
        }
        return all;
    }

    /** How many of n elements of so many bytes each to make room for at first. */
    int room(int n, int bytes) {
        return (int) Math.min(n, Math.max(SMALL, sure() / bytes));
    }

    /** Room for more elements when the first {@code room} of n have arrived. */
    static int grown(int room, int n) {
        return (int) Math.min(n, 2L * room);
    }

    /** Refuses bytes that follow. */
    void end() throws IOException {
        if (fill(1)) {
            long more = left();
            throw fault(offset(), "expected the end of the data, "
                + (more > 0 ? more + " bytes follow" : "there is more"));
        }
        if (left() > 0) throw fault(offset(), "expected " + left() + " more bytes; the file is truncated");
    }

    /** The shape with these lengths, read from a header at {@code offset}; at most one Java array of elements. */
    Shape shape(int[] dims, long offset) throws FormatException {
        if (!fits(dims)) throw fault(offset, tooLarge(dims));
        return Shape.of(dims);
    }

    /** Whether one Java array holds the elements of a shape. */
    static boolean fits(int[] dims) {
        long size = 1;
        boolean empty = false;
        for (int n : dims) {
            empty |= n == 0;
            if (n != 0) size = size > MOST / n ? MOST + 1 : size * n;
        }
        return empty || size <= MOST;
    }

    static String tooLarge(int[] dims) {
        return "the shape " + brief(dims) + " has more than " + MOST + " elements, the most that an array holds";
    }

    private static String brief(int[] dims) {
        return dims.length <= 8 ? Arrays.toString(dims)
            : "[" + dims[0] + ", " + dims[1] + ", " + dims[2] + ", …] of " + dims.length + " axes";
    }

    /** Checks the claim of a header at {@code offset} that an array fills the bytes that follow. */
    void expect(Shape shape, int bytesEach, long offset) throws FormatException {
        long need = (long) shape.size() * bytesEach, has = left();
        if (has >= 0 && has != need) {
            throw fault(offset, "the header says shape " + brief(shape.dims()) + ", that needs " + need
                + " bytes of data, the file has " + has + (has < need ? "; it is truncated" : ""));
        }
    }

    /** Refuses the claim of a header at {@code offset} of an array that takes more memory than it may. */
    void allow(Shape shape, int bytesEach, long offset) throws FormatException {
        long need = (long) shape.size() * bytesEach;
        if (need > memory) {
            throw fault(offset, "shape " + brief(shape.dims()) + " takes " + need + " bytes of memory, the packed data "
                + "may take " + memory + " more; if that is meant, " + way);
        }
    }

    /** Reads on until n bytes are in the buffer; false if there are fewer. */
    private boolean fill(int n) throws IOException {
        if (hi - lo >= n) return true;
        System.arraycopy(buffer, lo, buffer, 0, hi - lo);
        hi -= lo;
        lo = 0;
        while (hi < n) {
            int k = feed.read(buffer, hi, buffer.length - hi);
            if (k < 0) return false;
            crc.update(buffer, hi, k);
            hi += k;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        feed.close();
    }
}
