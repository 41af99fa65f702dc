package surprisal.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import surprisal.engine.Array;

/**
 * NumPy's file of named arrays, {@code .npz}: a zip archive of {@code name.npy} members, stored ({@code np.savez}) or
 * deflated ({@code np.savez_compressed}). Written is what {@code np.savez} writes, byte for byte, so equal arrays give
 * equal files.
 *
 * <p>Of the zip format only this is read: one archive that fills the file, members that do not overlap, sizes and
 * checksums that are true. Deflate packs a thousand zeros into one byte, so a small file may hold a lot, or be a trap:
 * the arrays of deflated members may take {@value #UNPACKED} bytes of memory in all, or {@value #RATIO} times the file
 * if that is more, unless the caller allows another number.
 */
public final class Npz {
    /** How many bytes of memory the arrays of deflated members may take in any case, 256 MiB. */
    public static final long UNPACKED = 1L << 28;
    /** How many times the size of the file they may take; MNIST as deflated bytes takes 38 times its file in doubles. */
    public static final int RATIO = 64;

    private static final int LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;
    private static final int END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
    private static final int LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22;
    private static final int END64_BYTES = 56, LOCATOR64_BYTES = 20;
    private static final int STORED = 0, DEFLATED = 8;
    private static final int ENCRYPTED = 1, UTF8_NAME = 1 << 11;
    private static final long MOST = 0xffffffffL;   // and the sign that the number is in a zip64 field
    private static final int DEFLATE_LIMIT = 1032;  // a deflated byte gives no more: 258 per two bits
    private static final int VERSION = 45, UNIX = 3 << 8, DAY_ONE = 0x21;   // 1980-01-01, as NumPy dates all members
    private static final int MODE = 0600 << 16;

    private Npz() { }

    /** A member: its place in the directory, and what the directory says of it. */
    private record Member(String name, long listed, int method, int crc, long packed, long unpacked, long local) {
        long dataEnd(long data) {
            return data + packed;
        }
    }

    /**
     * Reads all arrays.
     *
     * @param path an {@code .npz} file
     * @return arrays by name (without {@code .npy}), in the order of the archive
     * @throws FormatException if it is not such a file, is damaged, unpacks to too much, or holds what an {@link Array}
     *     cannot
     * @throws IOException if it cannot be read
     */
    public static SequencedMap<String, Array> read(Path path) throws IOException {
        try (Source file = Source.open(path)) {
            return read(file, unpacked(file));
        }
    }

    /**
     * Reads all arrays of a file that is known to unpack to much.
     *
     * @param path an {@code .npz} file
     * @param unpacked how many bytes of memory the arrays of deflated members may take in all
     * @return arrays by name (without {@code .npy}), in the order of the archive
     * @throws FormatException if it is not such a file, is damaged, unpacks to too much, or holds what an {@link Array}
     *     cannot
     * @throws IOException if it cannot be read
     */
    public static SequencedMap<String, Array> read(Path path, long unpacked) throws IOException {
        try (Source file = Source.open(path)) {
            return read(file, unpacked);
        }
    }

    /** How many bytes of memory the arrays of a packed file may take, unless its reader says another number. */
    static long unpacked(Source file) {
        return Math.max(UNPACKED, RATIO * file.left());
    }

    static SequencedMap<String, Array> read(Source file, long allowed) throws IOException {
        long size = file.left();
        long[] directory = directory(file, size);
        List<Member> members = members(file, directory[0], directory[1], directory[2]);
        long[] data = new long[members.size()];
        for (int i = 0; i < data.length; i++) data[i] = data(file, members.get(i), directory[0]);
        separate(file, members, data);
        SequencedMap<String, Array> arrays = new LinkedHashMap<>();
        long left = allowed;
        for (int i = 0; i < data.length; i++) {
            Member m = members.get(i);
            Array array = array(file, m, data[i], left);
            if (m.method == DEFLATED) left -= Npy.bytes(array);
            arrays.put(m.name.substring(0, m.name.length() - 4), array);
        }
        return arrays;
    }

    /** Where the central directory starts, where it ends and how many members it lists. */
    private static long[] directory(Source file, long size) throws IOException {
        long from = Math.max(0, size - END_BYTES - 0xffff);
        byte[] tail = file.part("", from, size).bytes((int) (size - from), "the end of the archive");
        ByteBuffer b = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
        int at = tail.length - END_BYTES;
        while (at >= 0 && !(b.getInt(at) == END && at + END_BYTES + unsigned(b, at + 20) == tail.length)) at--;
        if (at < 0) {
            throw file.fault(size, "not an .npz file, or a truncated one: a zip archive ends in a record PK\\5\\6");
        }
        long end = from + at, entries = unsigned(b, at + 10);
        long bytes = b.getInt(at + 12) & MOST, start = b.getInt(at + 16) & MOST;
        if (b.getInt(at + 4) != 0 || unsigned(b, at + 8) != entries) {
            throw file.fault(end, "the archive is one of several parts; it is read whole only");
        }
        if (entries == 0xffff || bytes == MOST || start == MOST) {
            long locator = end - LOCATOR64_BYTES;
            if (locator < END64_BYTES) throw file.fault(end, "expected a zip64 record before the end record");
            ByteBuffer l = file.part("", locator, end).take(LOCATOR64_BYTES, "the zip64 locator");
            end = locator - END64_BYTES;
            if (l.getInt(0) != LOCATOR64 || l.getLong(8) != end) {
                throw file.fault(locator, "expected a zip64 locator that points at byte " + end);
            }
            ByteBuffer z = file.part("", end, locator).take(END64_BYTES, "the zip64 end record");
            if (z.getInt(0) != END64) throw file.fault(end, "expected a zip64 end record");
            entries = z.getLong(32);
            bytes = z.getLong(40);
            start = z.getLong(48);
        }
        if (start < 0 || bytes < 0 || start > end || bytes != end - start) {
            throw file.fault(end, "the end record says " + bytes + " bytes of directory from byte " + start
                + ", it starts itself at byte " + end);
        }
        if (entries < 0 || entries > bytes / CENTRAL_BYTES) {
            throw file.fault(end, "the end record claims " + entries + " members in a directory of " + bytes
                + " bytes");
        }
        return new long[] {start, end, entries};
    }

    private static List<Member> members(Source file, long start, long end, long entries) throws IOException {
        Source in = file.part("", start, end);
        List<Member> members = new ArrayList<>();
        Map<String, Member> names = new LinkedHashMap<>();
        for (long e = 0; e < entries; e++) {
            long listed = in.offset();
            ByteBuffer b = in.take(CENTRAL_BYTES, "a directory entry");
            if (b.getInt(0) != CENTRAL) throw in.fault(listed, "expected a directory entry, PK\\1\\2");
            int flags = unsigned(b, 8), method = unsigned(b, 10), crc = b.getInt(16);
            int nameBytes = unsigned(b, 28), extraBytes = unsigned(b, 30), commentBytes = unsigned(b, 32);
            long[] sizes = {b.getInt(24) & MOST, b.getInt(20) & MOST, b.getInt(42) & MOST};
            byte[] raw = in.bytes(nameBytes, "a member's name");
            zip64(in, in.bytes(extraBytes, "a member's extra fields"), sizes);
            in.bytes(commentBytes, "a member's comment");
            String name = new String(raw, StandardCharsets.UTF_8);
            if (Text.fault(raw, name) >= 0) {
                throw in.fault(listed + CENTRAL_BYTES, "a member's name is not UTF-8");
            }
            if (!name.endsWith(".npy")) {
                throw in.fault(listed + CENTRAL_BYTES, "the member " + quoted(name) + " is not an .npy file");
            }
            if ((flags & ENCRYPTED) != 0) throw in.fault(listed + 8, "the member " + quoted(name) + " is encrypted");
            if (method != STORED && method != DEFLATED) {
                throw in.fault(listed + 10, "the member " + quoted(name) + " is packed by method " + method
                    + "; stored (0) and deflated (8) are read");
            }
            Member m = new Member(name, listed, method, crc, sizes[1], sizes[0], sizes[2]);
            if (m.packed < 0 || m.unpacked < 0 || m.local < 0 || (method == STORED && m.packed != m.unpacked)
                || m.unpacked / DEFLATE_LIMIT > m.packed) {
                throw in.fault(listed + 20, "the member " + quoted(name) + " cannot be: " + m.packed + " bytes at byte "
                    + m.local + " that unpack to " + m.unpacked);
            }
            if (names.put(name, m) != null) throw in.fault(listed, "two members have the name " + quoted(name));
            members.add(m);
        }
        in.end();
        return members;
    }

    /** Puts the 64-bit numbers in place of those that did not fit 32 bits: unpacked, packed, offset, in this order. */
    private static void zip64(Source in, byte[] extra, long[] sizes) throws FormatException {
        ByteBuffer b = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
        while (b.remaining() >= 4) {
            int id = b.getShort() & 0xffff, n = b.getShort() & 0xffff;
            if (n > b.remaining()) throw in.fault(in.back(b.remaining()), "an extra field is longer than all of them");
            int next = b.position() + n;
            if (id == 1) {
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == MOST && next - b.position() >= 8) sizes[i] = b.getLong();
                }
            }
            b.position(next);
        }
    }

    /** Where a member's data start: after its local header, which has to agree with the directory. */
    private static long data(Source file, Member m, long directory) throws IOException {
        if (m.local > directory - LOCAL_BYTES) {
            throw file.fault(m.listed + 42, "the member " + quoted(m.name) + " is said to start at byte " + m.local
                + ", the directory starts at byte " + directory);
        }
        Source in = file.part("", m.local, m.local + LOCAL_BYTES);
        ByteBuffer b = in.take(LOCAL_BYTES, "a local header");
        if (b.getInt(0) != LOCAL) throw in.fault(m.local, "expected a local header, PK\\3\\4");
        int method = unsigned(b, 8), nameBytes = unsigned(b, 26), extraBytes = unsigned(b, 28);
        long named = m.local + LOCAL_BYTES;
        Source rest = file.part("", named, Math.min(directory, named + nameBytes));
        String name = new String(rest.bytes(nameBytes, "a member's name"), StandardCharsets.UTF_8);
        if (!name.equals(m.name) || method != m.method) {
            throw in.fault(m.local, "the local header says " + quoted(name) + ", packed by method " + method
                + ", the directory says " + quoted(m.name) + ", by method " + m.method);
        }
        long data = named + nameBytes + extraBytes;
        if (m.packed > directory - data) {
            throw in.fault(m.local, "the member " + quoted(name) + " says " + m.packed + " bytes, there are "
                + Math.max(0, directory - data) + " up to the directory");
        }
        return data;
    }

    /** Members that share bytes are how a small archive unpacks to a huge one. */
    private static void separate(Source file, List<Member> members, long[] data) throws FormatException {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < data.length; i++) order.add(i);
        order.sort(Comparator.comparingLong(i -> members.get(i).local));
        long end = 0;
        for (int i : order) {
            Member m = members.get(i);
            if (m.local < end) {
                throw file.fault(m.local, "the member " + quoted(m.name) + " overlaps the one before it");
            }
            end = m.dataEnd(data[i]);
        }
    }

    private static Array array(Source file, Member m, long data, long left) throws IOException {
        Source packed = file.part(" (" + brief(m.name) + ")", data, data + m.packed);
        if (m.method == STORED) {
            Array array = Npy.read(packed);
            checked(packed, m);
            return array;
        }
        try (Source in = packed.inflated(m.unpacked, left, "allow more with Npz.read(path, bytes)")) {
            Array array = Npy.read(in);
            packed.end();
            checked(in, m);
            return array;
        }
    }

    private static void checked(Source in, Member m) throws FormatException {
        if (in.crc() != m.crc) {
            throw in.fault(in.offset(), "the data have CRC-32 %08x, the directory says %08x: they are damaged"
                .formatted(in.crc(), m.crc));
        }
    }

    private static int unsigned(ByteBuffer b, int at) {
        return b.getShort(at) & 0xffff;
    }

    private static String brief(String name) {
        return name.length() <= 60 ? name : name.substring(0, 60) + "…";
    }

    private static String quoted(String name) {
        return "'" + brief(name) + "'";
    }

    /**
     * Writes named arrays, stored: the file is whole in the end, or what was there before is untouched.
     *
     * @param path where to
     * @param arrays the arrays by name, written in the order of the map; a name becomes the member {@code name.npy}
     * @throws IllegalArgumentException if a name is longer than 65531 bytes of UTF-8 or is no text
     * @throws IOException if it cannot be written
     */
    public static void write(Path path, Map<String, Array> arrays) throws IOException {
        long size = 0;
        for (Map.Entry<String, Array> e : arrays.entrySet()) {
            size += Npy.bytes(e.getValue()) + 256 + 2L * name(e.getKey()).length;
        }
        Sink.write(path, size, out -> write(out, arrays));
    }

    private static byte[] name(String name) {
        byte[] bytes = Text.utf8(name + ".npy");
        if (bytes.length > 0xffff) {
            throw new IllegalArgumentException("the name " + quoted(name) + " is too long for a zip archive");
        }
        return bytes;
    }

    private static void write(Sink out, Map<String, Array> arrays) throws IOException {
        List<Member> members = new ArrayList<>();
        for (Map.Entry<String, Array> e : arrays.entrySet()) {
            byte[] name = name(e.getKey()), header = Npy.header(e.getValue());
            long local = out.position(), size = header.length + Npy.bytes(e.getValue());
            // the sizes always stand in the zip64 field, so that a member may have more than 4 GB
            out.room(LOCAL_BYTES).putInt(LOCAL).putShort((short) VERSION).putShort(flags(name)).putShort((short) STORED)
                .putShort((short) 0).putShort((short) DAY_ONE).putInt(0).putInt(-1).putInt(-1)
                .putShort((short) name.length).putShort((short) 20);
            out.put(name);
            out.room(20).putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
            out.sum();
            out.put(header);
            out.put(e.getValue());
            int crc = out.crc();
            out.patch(local + 14, crc);
            members.add(new Member(e.getKey(), 0, STORED, crc, size, size, local));
        }
        long start = out.position();
        for (Member m : members) directoryEntry(out, m);
        end(out, start, members.size());
    }

    private static short flags(byte[] name) {
        for (byte b : name) if (b < 0) return (short) UTF8_NAME;
        return 0;
    }

    private static void directoryEntry(Sink out, Member m) throws IOException {
        byte[] name = name(m.name);
        boolean bigSize = m.packed >= MOST, bigOffset = m.local >= MOST;
        int extra = (bigSize ? 16 : 0) + (bigOffset ? 8 : 0);
        int size = bigSize ? -1 : (int) m.packed;
        out.room(CENTRAL_BYTES).putInt(CENTRAL).putShort((short) (VERSION | UNIX)).putShort((short) VERSION)
            .putShort(flags(name)).putShort((short) STORED).putShort((short) 0).putShort((short) DAY_ONE).putInt(m.crc)
            .putInt(size).putInt(size).putShort((short) name.length).putShort((short) (extra == 0 ? 0 : extra + 4))
            .putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(MODE)
            .putInt(bigOffset ? -1 : (int) m.local);
        out.put(name);
        if (extra == 0) return;
        ByteBuffer b = out.room(28).putShort((short) 1).putShort((short) extra);
        if (bigSize) b.putLong(m.unpacked).putLong(m.packed);
        if (bigOffset) b.putLong(m.local);
    }

    private static void end(Sink out, long start, int members) throws IOException {
        long end = out.position(), bytes = end - start;
        boolean big = members >= 0xffff || start >= MOST || bytes >= MOST;
        if (big) {
            out.room(END64_BYTES + LOCATOR64_BYTES).putInt(END64).putLong(END64_BYTES - 12)
                .putShort((short) (VERSION | UNIX)).putShort((short) VERSION).putInt(0).putInt(0)
                .putLong(members).putLong(members).putLong(bytes).putLong(start)
                .putInt(LOCATOR64).putInt(0).putLong(end).putInt(1);
        }
        short count = (short) Math.min(members, 0xffff);
        out.room(END_BYTES).putInt(END).putShort((short) 0).putShort((short) 0).putShort(count).putShort(count)
            .putInt((int) Math.min(bytes, MOST)).putInt((int) Math.min(start, MOST)).putShort((short) 0);
    }
}
