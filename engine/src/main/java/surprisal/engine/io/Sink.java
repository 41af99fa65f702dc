package surprisal.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;
import surprisal.engine.Array;
import surprisal.engine.Precision;

/**
 * Bytes on their way to a file that appears whole or not at all: they go to a new file in the same folder, are forced
 * to the disk, and take the name in one step. Numbers are little-endian.
 */
final class Sink {
    /** What to write. */
    interface Body {
        void write(Sink out) throws IOException;
    }

    private static final int BUFFER = 1 << 16;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32 crc = new CRC32();
    private long flushed;

    private Sink(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Writes a file, whole or not at all.
     *
     * @param path where; a symbolic link keeps pointing at what it points at
     * @param size about how many bytes, for the message if the disk is full
     * @throws IOException if it cannot be written; what was there before is untouched then
     */
    static void write(Path path, long size, Body body) throws IOException {
        if (Files.isDirectory(path)) throw new IOException("cannot write " + path + ": it is a folder");
        Path target = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(path.toString(), null, "there is no folder " + folder + ": create it first");
        }
        // not Files.createTempFile: its files are private to the owner, and the mode would stay
        String unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path temporary = folder.resolve(".surprisal-" + unique + ".tmp");
        boolean moved = false;
        try {
            try (FileChannel channel =
                     FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                Sink out = new Sink(channel);
                body.write(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
        } catch (IOException e) {
            Files.deleteIfExists(temporary);   // first, so that the free space told is that without it
            throw new IOException(sentence(path, folder, size, e), e);
        } finally {
            if (!moved) Files.deleteIfExists(temporary);
        }
    }

    private static String sentence(Path path, Path folder, long size, IOException e) {
        String why = e instanceof AccessDeniedException || !Files.isWritable(folder)
            ? "the folder " + folder + " may not be written to: change its permissions or choose another"
            : e.getMessage();
        long free = folder.toFile().getUsableSpace();   // 0 if it cannot be told
        if ((0 < free && free < size) || String.valueOf(e.getMessage()).contains("space")) {
            why += "; it needs " + size + " bytes and " + free + " are free: make room or choose another disk";
        }
        return "cannot write " + path + ": " + why + " (what was there before is untouched)";
    }

    /** How many bytes have been put. */
    long position() {
        return flushed + buffer.position();
    }

    /** An empty buffer of at least n bytes to put into, n ≤ 4096. */
    ByteBuffer room(int n) throws IOException {
        if (buffer.remaining() < n) flush();
        return buffer;
    }

    void put(byte[] bytes) throws IOException {
        for (int done = 0; done < bytes.length; ) {
            if (!buffer.hasRemaining()) flush();
            int k = Math.min(buffer.remaining(), bytes.length - done);
            buffer.put(bytes, done, k);
            done += k;
        }
    }

    /** The numbers of an array as they are, 4 or 8 bytes each. */
    void put(Array array) throws IOException {
        boolean single = array.precision() == Precision.FLOAT32;
        int bytes = array.precision().bytes();
        for (int done = 0, n = array.size(); done < n; ) {
            if (buffer.remaining() < bytes) flush();
            int k = Math.min(buffer.remaining() / bytes, n - done);
            if (single) buffer.asFloatBuffer().put(array.floats(), done, k);
            else buffer.asDoubleBuffer().put(array.doubles(), done, k);
            buffer.position(buffer.position() + k * bytes);
            done += k;
        }
    }

    /** Starts a new sum over the bytes that follow. */
    void sum() throws IOException {
        flush();
        crc.reset();
    }

    /** The CRC-32 of the bytes since {@link #sum}. */
    int crc() throws IOException {
        flush();
        return (int) crc.getValue();
    }

    /** Writes an int over what was put at {@code position}. */
    void patch(long position, int value) throws IOException {
        flush();
        ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value);
        while (four.hasRemaining()) channel.write(four, position + four.position());
    }

    private void flush() throws IOException {
        buffer.flip();
        crc.update(buffer.duplicate());
        while (buffer.hasRemaining()) flushed += channel.write(buffer);
        buffer.clear();
    }
}
